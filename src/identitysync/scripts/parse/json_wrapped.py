"""Read the records in one array of the one object that a file is."""

from collections.abc import Iterator

from identitysync.scripts.parse.json_element import Element, Found, judge
from identitysync.scripts.parse.json_list import Reader
from identitysync.scripts.parse.json_source import Fault, Source
from identitysync.values import json_value


def read_wrapped(source: Source, wrap_field: str) -> Iterator[Found]:
    """Read the records.

    Args:
        source: The file.
        wrap_field: The name of the array.

    Yields:
        Records, what is none, and at most once and last, the fault that ends the file.
    """
    if source.first() != b"{":
        yield Fault(source.line, f"the file is no object with {wrap_field!r}: it begins with {source.shown()}")
        return
    source.drop(1)
    arrays = 0
    while source.first() != b"}":
        name = _name(source)
        if isinstance(name, Fault):
            yield name
            return
        if name == wrap_field and source.first() == b"[":
            arrays += 1
            source.drop(1)
            for found in Reader(source, array=True).read():
                yield found
                if isinstance(found, Fault):
                    return
        elif (fault := _skip(source)) is not None:
            yield fault
            return
        if source.first() == b",":
            source.drop(1)
            if source.first() == b"}":
                yield Fault(source.line, "nothing follows the last comma")
                return
        elif source.first() != b"}":
            yield _missing("a comma", source)
            return
    source.drop(1)
    if source.first():
        yield Fault(source.line, f"something follows the end: {source.shown()}")
    elif not arrays:
        yield Fault(1, f"the object has no array {wrap_field!r}; is wrapField right?")


def _name(source: Source) -> str | Fault:
    """Read ``"name":``."""
    if source.first() != b'"':
        return _missing("a name", source)
    line = source.line
    text = source.element()
    if isinstance(text, Fault):
        return text
    try:
        name = str(json_value(text))
    except ValueError as fault:
        return Fault(line, f"this name is no JSON: {fault}")
    if source.first() != b":":
        return _missing("a colon", source)
    source.drop(1)
    return name


def _skip(source: Source) -> Fault | None:
    """Read a value that is no record; it must be JSON all the same."""
    source.first()
    line = source.line
    text = source.element()
    if isinstance(text, Fault):
        return text
    found = judge(text, line)
    return Fault(found.fault_line, found.reason) if isinstance(found, Element) and not found.sound else None


def _missing(what: str, source: Source) -> Fault:
    if not source.left:
        return Fault(source.line, "the object has no end: the file is cut off")
    return Fault(source.line, f"{what} is missing before {source.shown()}")
