"""Paths into records: ``profile.email``, ``profile.phones.0.number``, ``'profile.email'`` (one literal key).

A path names a literal key first and walks into nested records second, because the columns of a DSV file are flat keys
with dots. A single-quoted segment is always literal. A numeric segment indexes an array where there is one. Blanks in
a segment belong to it (``Custom Field 1``).
"""

from typing import Any

import attrs

from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.values.records import MISSING, Record


@attrs.frozen(order=True)
class FieldPath:
    """Name one field of a record.

    Attributes:
        text: The path as it was written.
        segments: The names on the way, quotes removed.
        quoted: Whether the whole path is one quoted name, which is never walked.
        literal: The key that the path names when the record has it at its top.
    """

    text: str
    segments: tuple[str, ...] = attrs.field(eq=False)
    quoted: bool = attrs.field(eq=False)
    literal: str = attrs.field(eq=False)

    @classmethod
    def parse(cls, text: str) -> "FieldPath":
        """Read a path.

        Args:
            text: Segments joined by dots; a segment in single quotes may hold dots.

        Returns:
            The path.

        Raises:
            InvalidParameter: The path is empty, has an empty segment or an unclosed quote.
        """
        stripped = text.strip()
        segments = _split(stripped)
        quoted = len(segments) == 1 and stripped.startswith("'")
        return cls(stripped, segments, quoted, segments[0] if len(segments) == 1 else stripped)

    def __str__(self) -> str:
        return self.text

    def get(self, record: Record) -> Any:
        """Look the field up.

        Args:
            record: The record to look into.

        Returns:
            The value, which may be None, or ``MISSING``.
        """
        if self.literal in record:
            return record[self.literal]
        value: Any = record
        for segment in self.segments:
            value = _child(value, segment)
            if value is MISSING:
                return MISSING
        return value

    def pop(self, record: Record) -> Any:
        """Take the field out of the record; its parents stay, even when they are empty now.

        Args:
            record: The record to change.

        Returns:
            The value, or ``MISSING``.
        """
        if self.literal in record:
            return record.pop(self.literal)
        if len(self.segments) == 2:  # by far the most usual path, such as profile.email
            owner = record.get(self.segments[0], MISSING)
            if type(owner) is dict:
                return owner.pop(self.segments[1], MISSING)
        parent: Any = record
        for segment in self.segments[:-1]:
            parent = _child(parent, segment)
        if isinstance(parent, dict):
            return parent.pop(self.segments[-1], MISSING)
        index = _index(parent, self.segments[-1])
        return MISSING if index is None else parent.pop(index)

    def set(self, record: Record, value: Any) -> None:
        """Write the field: over an existing literal key, else at the nested place, whose parents are made.

        Args:
            record: The record to change; left alone when the write is refused.
            value: The new value.

        Raises:
            RecordRejected: A parent is there and is neither a record nor a fitting array.
        """
        if self.literal in record:
            record[self.literal] = value
        else:
            self.nest(record, value)

    def nest(self, record: Record, value: Any) -> None:
        """Write the field at its nested place, whatever literal keys there are; a quoted path stays one key.

        Args:
            record: The record to change; left alone when the write is refused.
            value: The new value.

        Raises:
            RecordRejected: A parent is there and is neither a record nor a fitting array.
        """
        if len(self.segments) == 1:
            record[self.segments[0]] = value
            return
        parent: Any = record
        for depth, segment in enumerate(self.segments[:-1]):
            child = _child(parent, segment)
            if child is MISSING or child is None:
                for name in reversed(self.segments[depth + 1 :]):
                    value = {name: value}
                self._put(parent, segment, value)
                return
            parent = child
        self._put(parent, self.segments[-1], value)

    def _put(self, parent: Any, segment: str, value: Any) -> None:
        if isinstance(parent, dict):
            parent[segment] = value
            return
        index = _index(parent, segment, beyond=1)
        if index is None:
            found = f"an array of {len(parent)}" if isinstance(parent, list) else f"a value ({type(parent).__name__})"
            raise RecordRejected(f"cannot write {self.text}: on the way there is {found}", code="path-conflict")
        if index == len(parent):
            parent.append(value)
        else:
            parent[index] = value


def _child(value: Any, segment: str) -> Any:
    if isinstance(value, dict):
        return value.get(segment, MISSING)
    index = _index(value, segment)
    return MISSING if index is None else value[index]


def _index(value: Any, segment: str, beyond: int = 0) -> int | None:
    if isinstance(value, list) and segment.isascii() and segment.isdigit():
        index = int(segment[:18])
        if index < len(value) + beyond:
            return index
    return None


def _split(text: str) -> tuple[str, ...]:
    segments: list[str] = []
    position = 0
    while True:
        if text.startswith("'", position):
            end = text.find("'", position + 1)
            if end < 0:
                raise InvalidParameter(f"the path {text!r} opens a quote that it never closes")
            segments.append(text[position + 1 : end])
            end += 1
            if end < len(text) and text[end] != ".":
                raise InvalidParameter(f"the path {text!r} goes on after a closing quote; put a dot there")
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            segments.append(text[position:end])
        if not segments[-1]:
            raise InvalidParameter(f"the path {text!r} has an empty segment" if text else "the path is empty")
        if end >= len(text):
            return tuple(segments)
        position = end + 1
