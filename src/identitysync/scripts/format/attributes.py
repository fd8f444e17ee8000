"""A user and what is known of them: the first field of a record, and all the others with their values as texts."""

from typing import Any

import attrs

from identitysync.errors import RecordRejected
from identitysync.scripts.format.finite import all_finite
from identitysync.scripts.format.flatten import flatten
from identitysync.values import Record, text_of


@attrs.frozen
class Person:
    """One record as advertising platforms see it.

    Attributes:
        id: The user id: the value of the first field.
        attributes: The other fields that hold something, each with one text or several.
    """

    id: str
    attributes: dict[str, list[str]]

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
        flat = flatten(record)
        names = iter(flat)
        first = next(names, "")
        id = "".join(_texts(first, flat.get(first)))
        if not id or type(flat[first]) is list:
            raise RecordRejected(f"the first field is the user id, and {first!r} holds none", code="no-user-id")
        texts = {name: _texts(name, flat[name]) for name in names}
        return cls(id, {name: values for name, values in texts.items() if values})


def refuse(what: str, text: str, signs: str) -> None:
    """Raise ``RecordRejected`` when a text holds what the format uses for itself.

    Args:
        what: What the text is, for the message.
        text: The text.
        signs: The characters that it may not hold.
    """
    for sign in signs:
        if sign in text:
            raise RecordRejected(
                f"{what} holds {sign!r}, which the format uses for itself; take it out by field.replace",
                code="forbidden-character",
            )


def _texts(name: str, value: Any) -> list[str]:
    values = value if type(value) is list else [value]
    if any(type(each) in {list, dict} for each in values):
        raise RecordRejected(f"{name!r} holds arrays or objects in an array, which have no place here", code="too-deep")
    if not all_finite(values):
        raise RecordRejected(f"{name!r} is infinite or no number at all (NaN)", code="not-finite")
    return [text for text in map(text_of, values) if text]
