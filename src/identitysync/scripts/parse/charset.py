"""Turn the bytes of a file into text, strictly, block by block."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from identitysync.errors import FormatError, InvalidParameter

BLOCK: Final = 1 << 18
"""Bytes that are read at a time."""

AUTO: Final = "auto-detect"

_LOOKED_AT: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def check_charset(text: str) -> None:
    """Raise ``InvalidParameter`` unless there is such a charset."""
    if text.casefold() != AUTO:
        try:
            codecs.lookup(text)
        except LookupError as fault:
            message = f"there is no charset {text!r}; UTF-8, ISO-8859-1, UTF-16 and auto-detect are usual ones"
            raise InvalidParameter(message) from fault


def detect(stream: BinaryIO) -> str:
    """Find out the charset of a file: by its mark, else UTF-8 when its first MiB is that, else windows-1252.

    Args:
        stream: The file at its beginning, where it is left again.

    Returns:
        The charset's name in Python.
    """
    start = stream.read(_LOOKED_AT)
    stream.seek(0)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=len(start) < _LOOKED_AT)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def decoded(stream: BinaryIO, charset: str, file: str) -> Iterator[str]:
    """Decode a file; a byte-order mark at its beginning is dropped.

    Args:
        stream: The file.
        charset: Its charset.
        file: Its name, for errors.

    Yields:
        Blocks of text.

    Raises:
        FormatError: Bytes do not belong to the charset; line and byte are named.
    """
    decoder = codecs.getincrementaldecoder(charset)()
    first = True
    line = 1
    offset = 0
    while True:
        block = stream.read(BLOCK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as fault:
            at = line + fault.object[: fault.start].count(b"\n")
            shown = fault.object[fault.start : fault.start + 1].hex()
            message = (
                f"byte {offset - pending + fault.start} is 0x{shown}, which is not {charset}; is fileCharset right?"
            )
            raise FormatError(message, file=file, line=at) from fault
        offset += len(block)
        if first and text:
            first = False
            text = text.removeprefix("\ufeff")
        line += text.count("\n")
        if text:
            yield text
        if not block:
            return
