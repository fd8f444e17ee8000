"""Bring a file to the disk, where uploads start from."""

from pathlib import Path

from identitysync.contract import File, Services


def on_disk(file: File, services: Services) -> Path:
    """Give the path of a file's bytes.

    Args:
        file: The file, which may be in memory.
        services: Give the spool.

    Returns:
        A path of this machine.
    """
    if isinstance(file.content, Path):
        return file.content
    path = services.spool.path()
    path.write_bytes(file.content)
    return path
