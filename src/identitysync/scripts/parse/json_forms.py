"""Find the records in a stream of JSON, whatever form it has, in bounded memory."""

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import attrs
import msgspec

from identitysync.values import Record, json_value

MAX_ELEMENT: Final = 64 << 20
"""Bytes that one record may have."""

_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
_NO_SPACE: Final = re.compile(rb"[^ \t\r\n]")
_BETWEEN: Final = re.compile(rb"\}\s*,\s*(?=\{)")
_COMMA: Final = re.compile(rb"\s*,")
_KEY: Final = re.compile(rb'("(?:[^"\\]|\\.)*")\s*:\s*')
_CUT_OFF: Final = "the object has no end: the file is cut off"
_TAIL: Final = 1 << 14
_STRUCTURE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_decode_lines = msgspec.json.Decoder().decode_lines


@attrs.frozen
class Element:
    """Something that is no record.

    Attributes:
        line: Where it begins, from 1.
        text: Its text.
        reason: Why it is none.
    """

    line: int
    text: str
    reason: str


@attrs.frozen
class Fault:
    """The end of what can be read.

    Attributes:
        line: Where, from 1.
        reason: Why.
    """

    line: int
    reason: str


Found = Record | Element | Fault


def elements(blocks: Iterator[bytes], wrap_field: str = "") -> Iterator[Found]:
    """Find records.

    Args:
        blocks: The bytes of the file, in UTF-8.
        wrap_field: The name of the array that holds the records, when the file is one object.

    Yields:
        Records; what is no record; and, at most once and last, the fault that ends the file.
    """
    source = _Source(blocks)
    start = source.first()
    if not start:
        return
    if wrap_field:
        yield from _wrapped(source, wrap_field)
    elif start == b"[":
        source.drop(1)
        yield from _listed(source, ends=b"]")
    elif _is_lines(source):
        yield from _lines(source)
    else:
        yield from _listed(source, ends=b"")


class _Source:
    """Bytes that are read as they are needed, and forgotten when they are done."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.data = b""
        self.at = 0
        self.line = 1
        self.more()
        if self.data.startswith(_BOM):
            self.at = 3

    def more(self) -> bool:
        """Read another block, and forget what is done; tell whether there was one."""
        block = next(self._blocks, b"")
        self.data = self.data[self.at :] + block
        self.at = 0
        return bool(block)

    @property
    def left(self) -> int:
        """How many bytes are there."""
        return len(self.data) - self.at

    def drop(self, count: int) -> None:
        """Be done with some bytes."""
        self.line += self.data.count(b"\n", self.at, self.at + count)
        self.at += count

    def first(self) -> bytes:
        """Skip blanks, and give the next byte, or nothing at the end."""
        while True:
            found = _NO_SPACE.search(self.data, self.at)
            self.drop((found.start() if found else len(self.data)) - self.at)
            if found or not self.more():
                return self.data[self.at : self.at + 1]

    def shown(self) -> str:
        """Give the next few bytes for people."""
        return repr(self.data[self.at : self.at + 20].decode("utf-8", "replace"))


def _is_lines(source: _Source) -> bool:
    """Tell whether each line is meant to stand alone: the first one is whole or alone, or the second one is whole."""
    while source.data.count(b"\n", source.at) < 2 and source.left < MAX_ELEMENT and source.more():
        pass
    first, _, rest = source.data[source.at :].partition(b"\n")
    if _is_whole(first):
        return True
    second = rest.lstrip(_SPACE).partition(b"\n")[0]
    return not second or (second[:1] == b"{" and _is_whole(second))


def _is_whole(line: bytes) -> bool:
    try:
        json_value(line)
    except ValueError:
        return False
    return True


def _lines(source: _Source) -> Iterator[Found]:
    """Read lines: whole blocks at once, and line by line where a block has a fault."""
    while True:
        end = source.data.rfind(b"\n", source.at) + 1
        if not end:
            if source.left <= MAX_ELEMENT and source.more():
                continue
            if not source.left:
                return
            if source.left > MAX_ELEMENT:
                yield Fault(source.line, f"a line has more than {MAX_ELEMENT} bytes")
                return
            end = len(source.data)
        block = source.data[source.at : end]
        try:
            records: list[Any] = _decode_lines(block)
        except (ValueError, RecursionError):
            yield from _single_lines(block, source.line)
        else:
            if all(type(record) is dict for record in records):
                yield from records
            else:
                yield from _single_lines(block, source.line)
        source.drop(len(block))
        if not source.left and not source.more():
            return


def _single_lines(block: bytes, number: int) -> Iterator[Found]:
    for line in block.split(b"\n"):
        if line.strip(_SPACE):
            yield _record(line, number)
        number += 1


def _record(text: bytes, line: int) -> Found:
    try:
        value = json_value(text)
    except ValueError as fault:
        return Element(line, text.decode("utf-8", "replace").strip(), f"no JSON: {fault}")
    if type(value) is dict:
        return value
    return Element(line, text.decode().strip(), "this is no object")


def _listed(source: _Source, ends: bytes, *, alone: bool = True) -> Iterator[Found]:
    """Read the elements of an array up to its end, or objects one after the other up to the end of the file."""
    any_before = False
    while True:
        while ends == b"]" and (records := _many(source, after_comma=any_before)):
            yield from records
            any_before = True
        start = source.first()
        if ends and start == ends:
            source.drop(1)
            if alone:
                yield from _rest(source)
            return
        if not start:
            if ends:
                yield Fault(source.line, "the array has no end: the file is cut off")
            return
        if ends and any_before:
            if start != b",":
                yield Fault(source.line, f"a comma is missing before {source.shown()}")
                return
            source.drop(1)
            if source.first() in {b"", ends}:
                yield Fault(source.line, "nothing follows the last comma")
                return
        line = source.line
        text = _element(source, ends)
        if isinstance(text, Fault):
            yield text
            return
        found = _record(text, line)
        if isinstance(found, Element) and found.reason.startswith("no JSON"):
            yield Fault(line, found.reason)
            return
        yield found
        any_before = True


def _many(source: _Source, *, after_comma: bool) -> list[Record]:
    """Read as many records of an array as the data at hand holds, all at once; none when that is not so simple.

    The data is cut where an object seems to end and the next to begin. When the cut was right, and only then, what is
    before it is a list of values; the comma behind it stays.
    """
    begin = source.at
    if after_comma:
        found = _COMMA.match(source.data, begin)
        if found is None:
            return []
        begin = found.end()
    start = max(begin, len(source.data) - _TAIL)
    cuts = [found.start() + 1 for found in _BETWEEN.finditer(source.data, start)]
    for end in reversed(cuts[-3:]):
        try:
            records = json_value(b"[" + source.data[begin:end] + b"]")
        except ValueError:
            continue
        if all(type(record) is dict for record in records):
            source.drop(end - source.at)
            return cast(list[Record], records)
    return []


def _wrapped(source: _Source, wrap_field: str) -> Iterator[Found]:
    """Read the records in one array of the one object that the file is."""
    if source.first() != b"{":
        yield Fault(source.line, f"the file is no object with {wrap_field!r}: it starts with {source.shown()}")
        return
    source.drop(1)
    seen = False
    while source.first() not in {b"}", b""}:
        key = _key(source)
        if isinstance(key, Fault):
            yield key
            return
        if key == wrap_field and source.first() == b"[":
            seen = True
            source.drop(1)
            for found in _listed(source, ends=b"]", alone=False):
                yield found
                if isinstance(found, Fault):
                    return
        else:
            value = _element(source, b"}")
            if isinstance(value, Fault):
                yield value
                return
        fault = _after_value(source)
        if fault is not None:
            yield fault
            return
    if not source.left:
        yield Fault(source.line, _CUT_OFF)
        return
    source.drop(1)
    yield from _rest(source)
    if not seen:
        yield Fault(source.line, f"the object has no array {wrap_field!r}")


def _after_value(source: _Source) -> Fault | None:
    """Go to the next name, or to the end of the object."""
    if source.first() == b",":
        source.drop(1)
        return Fault(source.line, "nothing follows the last comma") if source.first() in {b"}", b""} else None
    if source.first() == b"}":
        return None
    return Fault(source.line, f"a comma is missing before {source.shown()}" if source.left else _CUT_OFF)


def _key(source: _Source) -> str | Fault:
    """Read ``"name":``."""
    while (found := _KEY.match(source.data, source.at)) is None:
        if source.left > 1 << 16 or not source.more():
            return Fault(source.line, f"a name is missing before {source.shown()}")
    try:
        name = json_value(found[1])
    except ValueError as fault:
        return Fault(source.line, f"no JSON: {fault}")
    source.drop(len(found[0]))
    return str(name)


def _rest(source: _Source) -> Iterator[Fault]:
    if source.first():
        yield Fault(source.line, f"something follows the end: {source.shown()}")


def _element(source: _Source, ends: bytes) -> bytes | Fault:
    """Cut the next value off the source."""
    line = source.line
    seen = depth = 0
    scalar = source.data[source.at : source.at + 1] not in {b"{", b"["}
    while True:
        end = -1
        position = source.at + seen
        for found in _STRUCTURE.finditer(source.data, position):
            sign = found[0]
            if sign in b"{[":
                depth += 1
            elif sign in b"}]":
                depth -= 1
                if depth <= 0:
                    end = found.end() if depth == 0 and not scalar else found.start()
                    break
            elif sign == b"," and depth == 0:
                end = found.start()
                break
            position = found.end()
        if end >= 0:
            text = source.data[source.at : end]
            source.drop(len(text))
            return text or Fault(line, f"a value is missing before {source.shown()}")
        if source.left > MAX_ELEMENT:
            return Fault(line, f"a record has more than {MAX_ELEMENT} bytes")
        seen = _resume(source.data, position) - source.at
        if not source.more():
            text = source.data
            if ends or not scalar:
                return Fault(line, "a value has no end: the file is cut off")
            source.drop(len(text))
            return text


def _resume(data: bytes, position: int) -> int:
    """Give where scanning goes on with more data: at the text that is still open, else at the end."""
    opened = data.find(b'"', position)
    return opened if opened >= 0 else len(data)
