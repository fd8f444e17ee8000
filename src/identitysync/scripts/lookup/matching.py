"""Which documents of Gigya belong to which records: the condition that finds them, and the hits of each record."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, TypeAlias

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.gigya.tables import ENCRYPTED
from identitysync.languages.query import (
    Among,
    And,
    Compare,
    Comparison,
    Condition,
    Contains,
    FitsRegex,
    Literal,
    Or,
    Path,
    parse_path,
    quote,
)
from identitysync.languages.query.finding import finder, spread
from identitysync.values import FieldPath, Record, text_of

Key: TypeAlias = tuple[tuple[Literal, ...], ...]
"""The values of a record, for each pair of fields."""

_IDS: Final = frozenset({"UID", "oid", "token"})
"""Fields whose texts are names that a machine gave, and always minded to the letter."""


MAX_TEXT: Final = 4000
"""Characters of a text to look up by in any case of letters, where each takes four of a regular expression."""


class Operator(StrEnum):
    """How several pairs of fields combine."""

    OR = "OR"
    AND = "AND"


def check_path(text: str) -> None:
    """Parse the path of a field of Gigya."""
    parse_path(text)


@entry
class LookupField:
    """A field of the record, and the field of Gigya that must be equal."""

    source_field: FieldPath = param(doc="The record's field; any element of an array will do.", example="email")
    gigya_field: str = param(doc="Gigya's field.", example="profile.email", check=check_path)


class Matcher:
    """Match records with documents by pairs of fields."""

    def __init__(self, pairs: Sequence[LookupField], operator: Operator, *, case_sensitive: bool) -> None:
        """Prepare.

        Args:
            pairs: The pairs of fields.
            operator: Whether one pair must be equal, or all.
            case_sensitive: Whether the case of letters counts.
        """
        self._sources = [pair.source_field for pair in pairs]
        self.paths = [parse_path(pair.gigya_field) for pair in pairs]
        self._finders = [finder(path) for path in self.paths]
        self._exact = [case_sensitive or str(path) in _IDS for path in self.paths]
        self._all = operator == Operator.AND and len(pairs) > 1

    def key(self, record: Record) -> Key | None:
        """Give the values by which a record is looked up.

        Args:
            record: The record.

        Returns:
            The values for each pair; None when the record lacks those that are needed.

        Raises:
            InvalidParameter: A value is a text that no query can carry.
        """
        values = tuple(_literals(source.get(record)) for source in self._sources)
        for texts, exact, path in zip(values, self._exact, self.paths, strict=True):
            longest = 0 if exact else max((len(each) for each in texts if isinstance(each, str)), default=0)
            if longest > MAX_TEXT and str(path) not in ENCRYPTED:
                text = f"a text of {longest} characters cannot be looked up in any case of letters; {MAX_TEXT} can"
                raise InvalidParameter(text)
        return values if (all if self._all else any)(values) else None

    def condition(self, keys: Iterable[Key]) -> Condition:
        """Give the condition that all documents fit that may belong to records.

        Args:
            keys: The keys of the records, one at least.

        Returns:
            The condition.
        """
        if self._all:
            distinct = {tuple(tuple(map(quote, values)) for values in key): key for key in keys}
            return _one_of([self._all_of(key) for key in distinct.values()])
        columns: list[dict[str, Literal]] = [{} for _ in self.paths]
        for key in keys:
            for column, values in zip(columns, key, strict=True):
                column.update((quote(value), value) for value in values)  # 1 and true are two values
        return _one_of([self._equal(at, list(column.values())) for at, column in enumerate(columns) if column])

    def index(self, documents: Sequence[Record]) -> "Index":
        """Sort documents by their values.

        Args:
            documents: What the condition found.

        Returns:
            The index.
        """
        places: dict[tuple[int, str], list[int]] = defaultdict(list)
        for number, document in enumerate(documents):
            for at, find in enumerate(self._finders):
                for value in spread(find(document)):
                    if value is not None and not isinstance(value, dict):
                        places[at, self.folded(at, value)].append(number)
        return Index(self, documents, places)

    def folded(self, at: int, value: Any) -> str:
        """Give a value in the form in which values are compared.

        Args:
            at: The number of the pair.
            value: The value.
        """
        text = text_of(value)
        return text if self._exact[at] else text.casefold()

    def numbers(self, key: Key, places: dict[tuple[int, str], list[int]]) -> list[int]:
        """Give the numbers of the documents that belong to a key, in order."""
        found = [
            {number for value in values for number in places.get((at, self.folded(at, value)), ())}
            for at, values in enumerate(key)
        ]
        return sorted(set.intersection(*found) if self._all else set.union(*found))

    def _all_of(self, key: Key) -> Condition:
        return And(tuple(self._equal(at, list(values)) for at, values in enumerate(key)))

    def _equal(self, at: int, values: list[Literal]) -> Condition:
        path = self.paths[at]
        loose = [value for value in values if isinstance(value, str) and not self._exact[at]]
        exact = [value for value in values if not isinstance(value, str) or self._exact[at]]
        once = {value.casefold(): value for value in reversed(loose)}
        return _one_of([*_among(path, exact), *(_in_any_case(path, value) for value in once.values())])


class Index:
    """Documents by their values."""

    def __init__(self, matcher: Matcher, documents: Sequence[Record], places: dict[tuple[int, str], list[int]]) -> None:
        self._matcher, self._documents, self._places = matcher, documents, places

    def hits(self, key: Key) -> list[Record]:
        """Give the documents that belong to a key, in the order in which they were found."""
        return [self._documents[number] for number in self._matcher.numbers(key, self._places)]


def _among(path: Path, values: list[Literal]) -> list[Condition]:
    if len(values) > 1:
        return [Among(path, tuple(values))]
    return [Compare(path, Comparison.EQUAL, value) for value in values]


def _in_any_case(path: Path, value: str) -> Condition:
    """Ask for a text in any case: ``contains`` does not mind it in encrypted fields, and a regex need not elsewhere.

    What is found too much is no hit. Single letters in brackets mean the same in every dialect of regular expressions.
    """
    if str(path) in ENCRYPTED:
        return Contains(path, value)
    return FitsRegex(path, "".join(map(_letter, value)))


def _letter(letter: str) -> str:
    cases = dict.fromkeys(each for each in (letter, letter.lower(), letter.upper()) if len(each) == 1)
    if len(cases) > 1:
        return f"[{''.join(cases)}]"
    return letter if letter.isalnum() or letter in "_\n\r\t" or ord(letter) > 127 else f"\\{letter}"


def _one_of(conditions: list[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else Or(tuple(conditions))


def _literals(value: Any) -> tuple[Literal, ...]:
    if isinstance(value, list):
        return tuple(single for each in value if not isinstance(each, list) for single in _literals(each))
    if value is None or value == "" or not isinstance(value, str | bool | int | float):
        return ()
    quote(value)  # raises for what no query can carry
    return (value,)
