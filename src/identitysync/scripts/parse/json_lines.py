"""Read JSON lines, each judged alone."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from identitysync.scripts.parse.json_element import Found, judge
from identitysync.scripts.parse.json_source import MAX_ELEMENT, Fault, Source

_SPACE: Final = b" \t\r\n"
_decode_lines = msgspec.json.Decoder().decode_lines


def read_lines(source: Source) -> Iterator[Found]:
    """Read lines: whole blocks at once, and line by line where a block has a fault.

    Args:
        source: The file; what is left of it is read.

    Yields:
        Records, and what is none.
    """
    while True:
        end = source.data.rfind(b"\n", source.at) + 1
        if not end:
            if source.left > MAX_ELEMENT:
                yield Fault(source.line, f"a line has more than {MAX_ELEMENT} bytes")
                return
            if source.more():
                continue
            if not source.left:
                return
            end = len(source.data)
        block = source.data[source.at : end]
        yield from _at_once(block) or _one_by_one(block, source.line)
        source.drop(len(block))
        if not source.left and not source.more():
            return


def _at_once(block: bytes) -> list[Any]:
    """Decode a block of lines; nothing when it is not so simple that each line is one object.

    The decoder takes a value that goes over several lines, and several values on a line. Inside a value, ``}`` and
    ``{`` never stand at two sides of a line end; so when they do at each, and there are as many records as lines, each
    line is one.
    """
    count = block.count(b"\n") + (not block.endswith(b"\n"))
    if block.count(b"}\n{") + block.count(b"}\r\n{") != count - 1:
        return []
    try:
        records: list[Any] = _decode_lines(block)
    except (ValueError, RecursionError):
        return []
    return records if len(records) == count and all(type(record) is dict for record in records) else []


def _one_by_one(block: bytes, number: int) -> Iterator[Found]:
    for line in block.split(b"\n"):
        if line.strip(_SPACE):
            yield judge(line, number)
        number += 1
