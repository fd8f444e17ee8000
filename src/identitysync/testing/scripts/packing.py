"""Bring files through a script that turns files into files."""

import io
from collections.abc import Iterable

from identitysync.contract import File, FileFlatMapper, FileTransform, Shape


def packed(script: Shape, files: Iterable[File]) -> dict[str, bytes]:
    """Give what becomes of files.

    Args:
        script: A ``FileTransform`` or ``FileFlatMapper``.
        files: The files.

    Returns:
        Names and contents.
    """
    made: dict[str, bytes] = {}
    for file in files:
        if isinstance(script, FileTransform):
            target = io.BytesIO()
            with file.open() as source:
                script.open().convert(source, target)
            made[script.rename(file.name)] = target.getvalue()
        elif isinstance(script, FileFlatMapper):
            made |= {name: b"".join(blocks) for name, blocks in script.open().expand(file)}
    return made
