"""What a file is by its first bytes, for errors that say what was found instead."""

from typing import Final

_KINDS: Final = (
    (b"\x1f\x8b", "a gzip file"), (b"PK", "a zip file"), (b"BZh", "a bzip2 file"), (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"), (b"\x89LZO", "an LZO file"), (b"-----BEGIN PGP", "an OpenPGP file"),
    (b"7z\xbc\xaf", "a 7z file"), (b"Rar!", "a RAR file"),
)  # fmt: skip


def found_instead(start: bytes) -> str:
    """Say what a file is that is not what it should be.

    Args:
        start: Its first bytes.

    Returns:
        Half a sentence, such as ``it is a zip file``.
    """
    if not start:
        return "the file is empty"
    kind = next((kind for magic, kind in _KINDS if start.startswith(magic)), None)
    return f"it is {kind}" if kind else f"it starts with {start[:4].hex(' ')}"
