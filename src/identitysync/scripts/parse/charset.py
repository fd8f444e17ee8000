"""Turn the bytes of a file into text, strictly, block by block."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

import attrs

from identitysync.errors import FormatError, InvalidParameter

BLOCK: Final = 1 << 18
"""Bytes that are read at a time."""

AUTO: Final = "auto-detect"

_LOOKED_AT: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),  # the first begins as UTF-16's does
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_WIDE: Final = {"utf-16": 2, "utf-32": 4}
_PLAIN: Final = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[ru]")
_NO_FILES: Final = {"idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape"}


@attrs.frozen
class Charset:
    """What a file is written in.

    Attributes:
        name: The charset as Python names it; it never handles a byte-order mark.
        mark: How many bytes of byte-order mark the file begins with.
        note: What the trace shall say, or nothing.
    """

    name: str
    mark: int = 0
    note: str = ""


def check_charset(text: str) -> None:
    """Raise ``InvalidParameter`` unless there is such a charset."""
    if text.casefold() == AUTO:
        return
    message = f"there is no charset {text!r}; UTF-8, ISO-8859-1, UTF-16 and auto-detect are usual ones"
    try:
        "".encode(text)  # refuses what is a codec but no charset, such as base64
    except (LookupError, ValueError) as fault:
        raise InvalidParameter(message) from fault
    if codecs.lookup(text).name in _NO_FILES:
        raise InvalidParameter(message)


def recognize(stream: BinaryIO, told: str, file: str) -> Charset:
    """Find out what a file is written in, and go behind its byte-order mark.

    What the flow tells is taken, but for two things: the mark of UTF-8, which is a sensible text in no other charset,
    is believed; and ``auto-detect`` goes by any mark, else takes a file for UTF-8 when its first MiB is that, else for
    windows-1252. UTF-16 and UTF-32 without a mark are told apart by where the zeros are; when there are none, they are
    big-endian, as in RFC 2781.

    Args:
        stream: The file at its beginning; it is left behind the mark.
        told: The charset that the flow tells.
        file: The file's name, for errors and the trace.

    Returns:
        The charset.

    Raises:
        FormatError: The flow says UTF-8, and the mark says otherwise.
    """
    auto = told.casefold() == AUTO
    start = stream.read(_LOOKED_AT if auto else 64)
    found = _judge(start, AUTO if auto else codecs.lookup(told).name, told, file)
    stream.seek(found.mark)
    return found


def _judge(start: bytes, told: str, spelled: str, file: str) -> Charset:
    # a file in UTF-16 whose first character is NUL begins as one in UTF-32 does
    known = [(mark, name) for mark, name in _MARKS if not (told.startswith("utf-16") and name.startswith("utf-32"))]
    mark, marked = next(((mark, name) for mark, name in known if start.startswith(mark)), (b"", ""))
    if told == AUTO:
        name = marked or ("utf-8" if _is_utf8(start) else "windows-1252")
        return Charset(name, len(mark), f"{file} is taken for {name}")
    told = "utf-8" if told == "utf-8-sig" else told
    if marked == told:
        return Charset(marked, len(mark))
    if marked == "utf-8":
        return Charset(marked, len(mark), f"{file} begins with the mark of UTF-8, so it is read as that, not {spelled}")
    if told in _WIDE:
        if marked.startswith(told):
            return Charset(marked, len(mark))
        return Charset(f"{told}-{_order(start, _WIDE[told])}")
    if marked and told == "utf-8":
        family = marked[:6].upper()
        raise FormatError(f"the file begins with the mark of {family}; give fileCharset {family}", file=file, line=1)
    return Charset(told)


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=len(start) < _LOOKED_AT)
    except UnicodeDecodeError:
        return False
    return True


def _order(start: bytes, width: int) -> str:
    high, low = start[::width].count(0), start[width - 1 :: width].count(0)
    return "le" if low > high else "be"


def is_plain(charset: str) -> bool:
    """Tell whether a byte that looks like a line end is one, wherever it stands."""
    return _PLAIN.fullmatch(charset) is not None


def decoded(stream: BinaryIO, charset: Charset, file: str, *, line: int = 1) -> Iterator[str]:
    """Decode a file.

    Args:
        stream: The file, behind its byte-order mark.
        charset: Its charset.
        file: Its name, for errors.
        line: The line on which it begins, for errors.

    Yields:
        Blocks of text, none of them empty.

    Raises:
        FormatError: Bytes do not belong to the charset; line and byte are named.
    """
    decoder = codecs.getincrementaldecoder(charset.name)()
    offset = charset.mark
    after_return = False
    while True:
        block = stream.read(BLOCK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as fault:
            good = fault.object[: fault.start].decode(charset.name, "replace")
            line += _line_ends(good, after_return=after_return)
            shown = fault.object[fault.start : fault.start + 1].hex()
            place = f"byte {offset - pending + fault.start}, 0x{shown},"
            message = f"{place} is no {charset.name.upper()} ({fault.reason}); is fileCharset right?"
            raise FormatError(message, file=file, line=line) from fault
        except UnicodeError as fault:  # of charsets that do not tell the place
            raise FormatError(f"this is no {charset.name.upper()}: {fault}", file=file, line=line) from fault
        if text:
            line += _line_ends(text, after_return=after_return)
            after_return = text.endswith("\r")
            yield text
        offset += len(block)
        if not block:
            return


def _line_ends(text: str, *, after_return: bool) -> int:
    """Count line feeds, carriage returns, and both together as one, also when a block ends between them."""
    count = text.count("\n")
    if "\r" in text:
        count += text.count("\r") - text.count("\r\n")
    return count - 1 if after_return and text.startswith("\n") else count
