"""Read the elements of a JSON array, or objects that follow each other, in bounded memory."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from identitysync.scripts.parse.json_element import Element, Found, judge
from identitysync.scripts.parse.json_source import Fault, Source
from identitysync.values import json_value

_COMMA: Final = re.compile(rb"\s*,")
_NEXT_IN_ARRAY: Final = re.compile(rb'\s*,\s*\{\s*"[^"\\]*+"')
_NEXT_IN_ROW: Final = re.compile(rb'\s*\{\s*"[^"\\]*+"')
_MUCH: Final = 1 << 16
_decode_all = msgspec.json.Decoder().decode_lines


class Reader:
    r"""Read elements: one by one, or as many at once as the data at hand holds.

    How a record ends and the next begins (``},\n  {"UID"``) is learned from the first ones. Where the data at hand has
    that for the last time, it is cut, and what is before is decoded as a whole. When the cut was right, and only then,
    that is a list of records: JSON is read from the front, so the elements in front of the cut are what they are,
    whatever follows. When it was not, or there is a fault, elements up to there are cut one by one.
    """

    def __init__(self, source: Source, *, array: bool, begun: bool = False) -> None:
        """Prepare.

        Args:
            source: The file, behind the opening bracket or at the first object.
            array: Whether there is an array with commas, and not just objects up to the end of the file.
            begun: Whether elements came before, so that a comma is due.
        """
        self._source, self._array = source, array
        self._seam = b""
        self._careful = 0  # bytes that are to be read one by one
        self._any = begun

    def read(self) -> Iterator[Found]:
        """Read up to the end of the array, whose bracket is taken, or of the file.

        Yields:
            Records, what is none, and at most once and last, the fault that ends the file.
        """
        source = self._source
        while True:
            if self._seam and self._careful <= 0:
                yield from self._many()
            fault = self._to_next()
            if fault is not None:
                if fault.reason:
                    yield fault
                return
            line = source.line
            text = source.element()
            if isinstance(text, Fault):
                yield text
                return
            found = judge(text, line)
            if isinstance(found, Element) and not found.sound:
                yield Fault(found.fault_line, found.reason)
                return
            yield found
            self._any = True
            if self._careful > 0:
                self._careful -= len(text)
            elif not self._seam:
                self._learn()

    def _to_next(self) -> Fault | None:
        """Go to the next element; at the end give a fault without reason."""
        source = self._source
        start = source.first()
        if not self._array:
            return None if start else _END
        if start == b"]":
            source.drop(1)
            return _END
        if not start:
            return Fault(source.line, "the array has no end: the file is cut off")
        if self._any:
            if start != b",":
                return Fault(source.line, f"a comma is missing before {source.shown()}")
            source.drop(1)
            if source.first() in {b"", b"]"}:
                return Fault(source.line, "nothing follows the last comma")
        return None

    def _learn(self) -> None:
        self._seam = seam_of(self._source, array=self._array)

    def _many(self) -> list[Any]:
        source = self._source
        begin = source.at
        if self._array:
            comma = _COMMA.match(source.data, begin)
            if comma is None:
                return []
            begin = comma.end()
        end = source.data.rfind(self._seam, begin) + 1
        if not end:
            if source.left > _MUCH:  # records are joined otherwise by now
                self._seam = b""
                self._careful = _MUCH
            return []
        records = _decoded(source.data[begin:end], array=self._array)
        if records:
            source.drop(end - source.at)
        else:
            self._careful = end - source.at
        return records


_END: Final = Fault(0, "")


def seam_of(source: Source, *, array: bool = True) -> bytes:
    """Tell how a record ends and the next begins; nothing when that is not to be seen here.

    Args:
        source: The file, directly behind a record.
        array: Whether there is a comma between them.
    """
    found = (_NEXT_IN_ARRAY if array else _NEXT_IN_ROW).match(source.data, source.at)
    return b"}" + found[0] if found is not None and source.data[source.at - 1 : source.at] == b"}" else b""


def _decoded(text: bytes, *, array: bool) -> list[Any]:
    """Decode values with commas, or without; nothing when one of them is no record."""
    try:
        records: list[Any] = json_value(b"[" + text + b"]") if array else _decode_all(text)
    except (ValueError, RecursionError):
        return []
    return records if all(type(record) is dict for record in records) else []
