"""A user and what is known of them: the first field of a record, and all the others with their values as texts."""

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
        id: The user id: the value of the first field.
        attributes: The other fields that hold something, each with one text or several.
    """

    id: str
    attributes: dict[str, Sequence[str]]

    @classmethod
    def of(cls, record: Record) -> "Person":
        """Read a record.

        Args:
            record: The record; nested objects become names with dots, arrays several values of one name.

        Returns:
            The person; null, missing and empty values are left out.

        Raises:
            RecordRejected: The first field holds no user id, or an array holds more than plain values.
        """
        flat = flatten(record) if dict in map(type, record.values()) else record
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


def _texts(name: str, value: Any) -> list[str]:
    values = value if type(value) is list else [value]
    if any(type(each) in {list, dict} for each in values):
        raise RecordRejected(f"{name!r} holds arrays or objects in an array, which have no place here", code="too-deep")
    if not all_finite(values):
        raise RecordRejected(f"{name!r} is infinite or no number at all (NaN)", code="not-finite")
    return [text for text in map(text_of, values) if text]
