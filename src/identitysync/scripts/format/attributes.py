"""A user and what is known of them: the first plain field of a record, and all the others as texts."""

import re
from collections.abc import Sequence
from typing import Any

import attrs

from identitysync.errors import RecordRejected
from identitysync.values import Record, all_finite, flatten, text_of


@attrs.frozen
class Person:
    """One record as advertising platforms see it.

    Attributes:
        id: The user id: the value of the first field that is no object.
        attributes: The other fields that hold something, each with one text or several.
    """

    id: str
    attributes: dict[str, Sequence[str]]

    @classmethod
    def of(cls, record: Record) -> "Person":
        """Read a record.

        Args:
            record: The record; nested objects become names with dots, arrays several values of one name. Objects in an
                array give several values of each of their names.

        Returns:
            The person; null, missing and empty values are left out. What a rename left of an object may stand before
            the user id.

        Raises:
            RecordRejected: The first plain field holds no user id, or an array holds arrays.
        """
        flat = _flat(record) if dict in map(type, record.values()) else record
        fields = iter(flat.items())
        name, value = next(fields, ("", None))
        id = "" if type(value) is list else "".join(_texts(name, value))
        if not id:
            raise RecordRejected(f"the first field is the user id, and {name!r} holds none", code="no-user-id")
        attributes: dict[str, Sequence[str]] = {}
        for name, value in fields:
            kind = type(value)
            if kind is str:  # most are, and are taken as they are
                if value:
                    attributes[name] = (value,)
            elif kind is int or kind is bool:
                attributes[name] = (text_of(value),)
            elif kind is list and any(type(each) is dict for each in value):
                for below, values in _columns(name, value).items():
                    if below != name and (below in flat or below in attributes):
                        raise RecordRejected(f"two fields of the record would become {below!r}", code="name-clash")
                    if texts := _texts(below, values):
                        attributes[below] = texts
            elif value is not None and (texts := _texts(name, value)):
                attributes[name] = texts
        return cls(id, attributes)


def refuse(what: str, name: str, text: str, signs: re.Pattern[str]) -> None:
    """Raise ``RecordRejected`` when a text holds what the format uses for itself.

    Args:
        what: What the text is, for the message.
        name: Whose it is.
        text: The text.
        signs: Finds the characters that it may not hold.
    """
    found = signs.search(text)
    if found is not None:
        raise RecordRejected(
            f"{what} {name!r} holds {found[0]!r}, which the format uses for itself; take it out by field.replace",
            code="forbidden-character",
        )


def _flat(record: Record) -> Record:
    """Flatten a record, the first field that is no object before all others."""
    if type(next(iter(record.values()))) is dict:
        first = next((name for name, value in record.items() if type(value) is not dict), None)
        if first is not None:
            record = {first: record[first]} | record
    return flatten(record)


def _columns(name: str, elements: list[Any]) -> dict[str, list[Any]]:
    """Give the values of objects in an array by their names; plain values keep the array's."""
    columns: dict[str, list[Any]] = {}
    for element in elements:
        fields = flatten({name: element}) if type(element) is dict else {name: element}
        for below, value in fields.items():
            columns.setdefault(below, []).extend(value if type(value) is list else [value])
    return columns


def _texts(name: str, value: Any) -> list[str]:
    values = value if type(value) is list else [value]
    if any(type(each) in {list, dict} for each in values):
        raise RecordRejected(f"{name!r} holds arrays in arrays, which have no place here", code="too-deep")
    if not all_finite(values):
        raise RecordRejected(f"{name!r} is infinite or no number at all (NaN)", code="not-finite")
    return [text for text in map(text_of, values) if text]
