"""Bytes of JSON that are read as they are needed, and forgotten when they are done."""

import re
from collections.abc import Iterator
from typing import Final

import attrs

MAX_ELEMENT: Final = 64 << 20
"""Bytes that one record may have."""

SHOWN: Final = 20
"""Bytes that are shown to people of what cannot be read."""

_NO_SPACE: Final = re.compile(rb"[^ \t\r\n]")
# a string ends with its quote, or it is cut off by the end of the data, perhaps behind a backslash
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\[\s\S])*+(?:(")|\\?\Z)|[\[\]{}]')
_STRING: Final = re.compile(rb'(?:[^"\\]++|\\[\s\S])*+')
_SCALAR: Final = re.compile(rb'[^ \t\r\n,\[\]{}"]*')


@attrs.frozen
class Fault:
    """The end of what can be read.

    Attributes:
        line: Where, from 1.
        reason: Why.
    """

    line: int
    reason: str


class Source:
    """The bytes of one file.

    Attributes:
        data: What has been read and is not forgotten.
        at: The index in ``data`` of what comes next.
        line: The line on which that is, from 1.
        ended: Whether more was asked for than there is.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        """Begin at the first block."""
        self._blocks = blocks
        self.data = b""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Read another block, and forget what is done; tell whether there was one."""
        block = next(self._blocks, b"")
        self.data = self.data[self.at :] + block
        self.at = 0
        self.ended = not block
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
        return repr(self.data[self.at : self.at + SHOWN].decode("utf-8", "backslashreplace"))

    def element(self) -> bytes | Fault:
        """Cut off the value that begins here, as far as brackets and quotes tell; it may be no JSON.

        Returns:
            Its bytes, or why it has no end.
        """
        opening = self.data[self.at : self.at + 1]
        if opening in {b"{", b"["}:
            return self._bracketed()
        return self._string() if opening == b'"' else self._scalar()

    def _bracketed(self) -> bytes | Fault:
        seen = depth = 0
        in_string = False
        while True:
            start = self.at + seen
            if in_string:
                start = _STRING.match(self.data, start).end()  # type: ignore[union-attr]  # it matches nothing, too
                if self.data[start : start + 1] == b'"':
                    in_string = False
                    start += 1
            for token in () if in_string else _TOKEN.finditer(self.data, start):
                start = token.end()
                sign = self.data[token.start()]
                if sign in b"{[":
                    depth += 1
                elif sign in b"}]":
                    depth -= 1
                    if not depth:
                        return self._cut(start)
                elif token[1] is None:
                    in_string = True
                    start -= _lone_backslash(token[0])
            start = start if in_string else len(self.data)
            seen = start - self.at
            fault = self._must_go_on("a value")
            if fault is not None:
                return fault

    def _string(self) -> bytes | Fault:
        seen = 1
        while True:
            end = _STRING.match(self.data, self.at + seen).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self.data[end : end + 1] == b'"':
                return self._cut(end + 1)
            seen = end - self.at
            fault = self._must_go_on("a text")
            if fault is not None:
                return fault

    def _scalar(self) -> bytes | Fault:
        seen = 0
        while True:
            end = _SCALAR.match(self.data, self.at + seen).end()  # type: ignore[union-attr]  # it matches nothing, too
            seen = end - self.at
            if end < len(self.data) or seen > MAX_ELEMENT or not self.more():
                break
        if not seen:
            return Fault(self.line, f"a value is missing before {self.shown()}" if self.left else "a value is missing")
        return self._cut(self.at + seen)

    def _cut(self, end: int) -> bytes:
        text = self.data[self.at : end]
        self.drop(len(text))
        return text

    def _must_go_on(self, what: str) -> Fault | None:
        if self.left > MAX_ELEMENT:
            return Fault(self.line, f"{what} has more than {MAX_ELEMENT} bytes")
        return None if self.more() else Fault(self.line, f"{what} that begins here has no end: the file is cut off")


def _lone_backslash(text: bytes) -> int:
    """Give 1 when the text ends with a backslash that escapes what comes next, else 0."""
    return (len(text) - len(text.rstrip(b"\\"))) % 2
