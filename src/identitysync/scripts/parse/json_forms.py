"""Tell the form of a JSON file by its beginning, and find its records."""

from collections.abc import Iterator
from typing import Final

from identitysync.scripts.parse.json_element import Found, is_json, judge
from identitysync.scripts.parse.json_list import Reader
from identitysync.scripts.parse.json_source import Fault, Source
from identitysync.scripts.parse.json_wrapped import read_wrapped

_LOOKED_AT: Final = 4 << 20


def elements(blocks: Iterator[bytes], wrap_field: str = "") -> Iterator[Found]:
    """Find records in a file that is not one of lines.

    Args:
        blocks: The bytes of the file, in UTF-8, without a byte-order mark.
        wrap_field: The name of the array that holds the records, when the file is one object.

    Yields:
        Records; what is no record; and, at most once and last, the fault that ends the file.
    """
    source = Source(blocks)
    start = source.first()
    if not start:
        return
    if wrap_field:
        yield from read_wrapped(source, wrap_field)
    elif start == b"[":
        yield from _array(source)
    else:
        yield from Reader(source, array=False).read()


def _array(source: Source) -> Iterator[Found]:
    source.drop(1)
    for found in Reader(source, array=True).read():
        yield found
        if isinstance(found, Fault):
            return
    if source.first():
        yield Fault(source.line, f"something follows the end of the array: {source.shown()}")


def is_lines(source: Source) -> bool:
    """Tell of a file that begins with no array whether each line is meant to stand alone.

    It is when the first line is whole, or when it is not and the second one is, unless the first object goes over
    several lines and happens to have a whole object in one of them. A line that is alone in its file is a broken line,
    unless it holds objects that follow each other.
    """
    while source.data.count(b"\n", source.at) < 2 and source.left < _LOOKED_AT and source.more():
        pass
    beginning = source.data[source.at :]
    first, _, rest = beginning.partition(b"\n")
    if is_json(first):
        return True
    second = rest.lstrip().partition(b"\n")[0]
    if second and not (second.startswith(b"{") and is_json(second)):
        return False
    trial = Source(iter([beginning]))
    trial.more()
    text = trial.element()
    if isinstance(text, Fault) or type(judge(text, 1)) is not dict:
        return True
    return b"\n" not in text if second else trial.first() != b"{"
