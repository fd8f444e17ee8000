"""The conditions of a query: frozen nodes whose ``str()`` is the condition's text.

Nodes check the names that they hold, so a tree that was built by hand cannot smuggle syntax into its text.
"""

import re
from enum import StrEnum
from typing import Any, Final, TypeAlias

import attrs

from identitysync.errors import InvalidParameter
from identitysync.languages.query.quoting import Literal, quote

RESERVED: Final = frozenset(
    {
        *("select", "from", "where", "filter", "group", "order", "by", "start", "limit", "as", "asc", "desc"),
        *("and", "or", "not", "in", "is", "null", "contains", "true", "false"),
    }
)
"""Words of the language; a field of such a name stands in back quotes, or where the word can mean nothing else."""

_NAME: Final = re.compile(r"(?:[^\W\d]|[@$])[\w@$-]*")
_SEGMENT: Final = re.compile(r"[\w@$][\w@$-]*")


class Comparison(StrEnum):
    """How a field is compared with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


def is_name(text: str) -> bool:
    """Tell whether a word can be a name alone: no blanks, no dots, no leading digit."""
    return _NAME.fullmatch(text) is not None


def spelled(name: str) -> str:
    """Write a name that stands alone: a word of the language in back quotes."""
    return f"`{name}`" if name.lower() in RESERVED else name


def _several(_: Any, attribute: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    if len(value) < 2:
        raise InvalidParameter(f"{attribute.name} of a joined condition must be two at least")


def must_not_be_empty(_: Any, attribute: "attrs.Attribute[Any]", value: tuple[Any, ...]) -> None:
    """Refuse an empty tuple; a validator of attrs."""
    if not value:
        raise InvalidParameter(f"the {attribute.name} of a query cannot be empty")


@attrs.frozen
class Path:
    """Name a field: ``profile.phones.number``.

    Attributes:
        segments: The names on the way.
    """

    segments: tuple[str, ...] = attrs.field()

    @segments.validator
    def _check(self, _: Any, value: tuple[str, ...]) -> None:
        if not value or not is_name(value[0]) or not all(_SEGMENT.fullmatch(segment) for segment in value[1:]):
            raise InvalidParameter(f"{'.'.join(value)!r} cannot be the path of a field in a query")

    @property
    def dotted(self) -> str:
        """The names with dots between them."""
        return ".".join(self.segments)

    def __str__(self) -> str:
        return spelled(self.dotted)


@attrs.frozen
class Compare:
    """``profile.age >= 18``."""

    path: Path
    operator: Comparison = attrs.field(converter=Comparison)
    value: Literal

    def __str__(self) -> str:
        return f"{self.path} {self.operator} {quote(self.value)}"


@attrs.frozen
class Contains:
    """``data.cities contains "Rome"``, or the opposite."""

    path: Path
    value: Literal
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.path} {_not(self.negated)}CONTAINS {quote(self.value)}"


@attrs.frozen
class Among:
    """``UID in ("a", "b")``, or the opposite."""

    path: Path
    values: tuple[Literal, ...] = attrs.field(validator=must_not_be_empty)
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.path} {_not(self.negated)}IN ({', '.join(map(quote, self.values))})"


@attrs.frozen
class IsNull:
    """``data.x is null``, or the opposite; a missing field is null."""

    path: Path
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.path} IS {_not(self.negated)}NULL"


@attrs.frozen
class FitsRegex:
    r"""``profile.zip = regex('01\d{3}')``, or the opposite; the pattern is that of the whole text."""

    path: Path
    pattern: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{self.path} {'!=' if self.negated else '='} regex({quote(self.pattern)})"


@attrs.frozen
class Not:
    """``not (…)``."""

    condition: "Condition"

    def __str__(self) -> str:
        return f"NOT {_inner(self.condition)}"


@attrs.frozen
class And:
    """Conditions that must all hold."""

    conditions: tuple["Condition", ...] = attrs.field(validator=_several)

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.conditions))


@attrs.frozen
class Or:
    """Conditions of which one must hold."""

    conditions: tuple["Condition", ...] = attrs.field(validator=_several)

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.conditions))


Condition: TypeAlias = Compare | Contains | Among | IsNull | FitsRegex | Not | And | Or
"""What can stand after WHERE."""


def _not(negated: bool) -> str:
    return "NOT " if negated else ""


def _inner(condition: Condition) -> str:
    return f"({condition})" if isinstance(condition, And | Or) else str(condition)
