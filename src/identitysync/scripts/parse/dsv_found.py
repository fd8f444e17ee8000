"""What is found in a DSV file: fields, the header, and rows that are none."""

from typing import TypeAlias

import attrs


@attrs.frozen
class Header:
    """The first row.

    Attributes:
        line: The line on which it begins, from 1.
        text: Its text, without the line end.
        fields: Its fields.
    """

    line: int
    text: str
    fields: list[str]


@attrs.frozen
class BadRow:
    """A row that cannot be cut, or has more or fewer fields than the header.

    Attributes:
        line: The line on which it begins, from 1.
        text: Its text, without the line end.
        reason: What is wrong with it.
    """

    line: int
    text: str
    reason: str


Found: TypeAlias = list[str] | Header | BadRow
