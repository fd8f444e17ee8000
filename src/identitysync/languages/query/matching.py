"""Tell whether a document fits a condition.

As the public pages say:

- ``=`` and ``contains`` mind the case;
- ``contains`` finds whole words of a text, several of them in their order, and whole elements of an array; parts of
  words are not found, and an underscore stands between words;
- names and addresses that Gigya keeps encrypted are found by ``contains`` as a whole, in any case;
- a regex is about the whole text.

Our choices where they are silent:

- a missing field is null;
- a field in an array of objects fits when any of them does, a value fits an array when it fits any element;
- values of different types are never equal and have no order;
- texts are compared by code point (ISO times so too);
- ``!=``, ``not contains`` and ``not in`` are exact opposites, so they hold where the field is missing.
"""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from identitysync.errors import PatternError, QueryError, RecordRejected
from identitysync.languages import java_regex
from identitysync.languages.java_regex import JavaRegex
from identitysync.languages.query.conditions import (
    Among,
    And,
    Compare,
    Comparison,
    Condition,
    Contains,
    FitsRegex,
    IsNull,
    Not,
    Or,
    Path,
)
from identitysync.languages.query.finding import finder, spread
from identitysync.languages.query.quoting import Literal
from identitysync.values import Record

Predicate: TypeAlias = Callable[[Record], bool]
_Test: TypeAlias = Callable[[Any], bool]

_WORD: Final = re.compile(r"[^\W_]+")
_ENCRYPTED: Final = frozenset({
    "profile.email", "profile.username", "loginIDs.username", "loginIDs.emails", "loginIDs.unverifiedEmails",
    "emails.verified", "emails.unverified", "email",
})  # fmt: skip
_ORDERS: Final[dict[Comparison, Callable[[Any, Any], bool]]] = {
    Comparison.LESS: operator.lt,
    Comparison.LESS_OR_EQUAL: operator.le,
    Comparison.GREATER: operator.gt,
    Comparison.GREATER_OR_EQUAL: operator.ge,
}


def matches(condition: Condition, document: Record) -> bool:
    """Tell whether one document fits; for many, make a ``predicate`` once.

    Args:
        condition: The condition.
        document: The document.

    Returns:
        Whether it fits.

    Raises:
        QueryError: A regex takes too long.
    """
    return predicate(condition)(document)


def predicate(condition: Condition) -> Predicate:
    """Make the function that tells whether a document fits.

    Args:
        condition: The condition.

    Returns:
        The function; it raises ``QueryError`` when a regex takes too long.

    Raises:
        QueryError: A regex is wrong, which a parsed condition never is.
    """
    match condition:
        case And(conditions):
            return _all([predicate(one) for one in conditions])
        case Or(conditions):
            return _any([predicate(one) for one in conditions])
        case Not(inner):
            return _negated(predicate(inner), True)
        case IsNull(path, negated):
            return _negated(_holds(path, lambda value: value is not None), not negated)
        case Compare(path, Comparison.EQUAL | Comparison.NOT_EQUAL as how, value):
            return _negated(_any_single(path, _equal(value)), how is Comparison.NOT_EQUAL)
        case Compare(path, how, value):
            return _any_single(path, _ordered(_ORDERS[how], value))
        case Among(path, values, negated):
            return _negated(_any_single(path, _among(values)), negated)
        case Contains(path, value, negated):
            return _negated(_holds(path, _contains(value, encrypted=str(path) in _ENCRYPTED)), negated)
        case FitsRegex(path, pattern, negated):
            return _negated(_any_single(path, _fits(pattern)), negated)


def compile_regex(pattern: str) -> JavaRegex:
    """Compile the pattern of a ``regex('…')``, in which a dot is any letter.

    Args:
        pattern: A pattern; Gigya's are those of Lucene, and what Java's have beside them is read too.

    Returns:
        The compiled pattern.

    Raises:
        QueryError: The pattern is wrong.
    """
    try:
        return java_regex.compile_regex(f"(?s){pattern}")
    except PatternError as fault:
        raise QueryError(f"the regex is wrong: {fault.reason}", pattern) from None


def _all(tests: Sequence[Predicate]) -> Predicate:
    def fits(document: Record) -> bool:
        for test in tests:  # noqa: SIM110 - all() over a generator costs twice as much
            if not test(document):
                return False
        return True

    return fits


def _any(tests: Sequence[Predicate]) -> Predicate:
    def fits(document: Record) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(document):
                return True
        return False

    return fits


def _negated(test: Predicate, negated: bool) -> Predicate:
    return (lambda document: not test(document)) if negated else test


def _holds(path: Path, test: _Test) -> Predicate:
    find = finder(path)
    return lambda document: any(map(test, find(document)))


def _any_single(path: Path, test: _Test) -> Predicate:
    find = finder(path)
    return lambda document: any(map(test, spread(find(document))))


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float  # a bool is no number here


def _equal(literal: Literal) -> _Test:
    if isinstance(literal, bool):
        return lambda value: value is literal
    if isinstance(literal, str):
        return lambda value: type(value) is str and value == literal
    return lambda value: _is_number(value) and bool(value == literal)


def _ordered(compare: Callable[[Any, Any], bool], literal: Literal) -> _Test:
    if isinstance(literal, str):
        return lambda value: type(value) is str and compare(value, literal)
    return lambda value: _is_number(value) and compare(value, literal)


def _among(literals: tuple[Literal, ...]) -> _Test:
    texts = {literal for literal in literals if isinstance(literal, str)}
    flags = {literal for literal in literals if isinstance(literal, bool)}
    numbers = {literal for literal in literals if _is_number(literal)}

    def fits(value: Any) -> bool:
        if type(value) is str:
            return value in texts
        if type(value) is bool:
            return value in flags
        return _is_number(value) and value in numbers

    return fits


def _contains(literal: Literal, *, encrypted: bool) -> _Test:
    if not isinstance(literal, str):
        equal = _equal(literal)
        return lambda value: any(map(equal, value)) if type(value) is list else equal(value)
    if encrypted:
        whole = literal.casefold()
        return lambda value: any(
            type(one) is str and one.casefold() == whole for one in (value if type(value) is list else (value,))
        )
    words = _WORD.findall(literal)

    def fits(value: Any) -> bool:
        if type(value) is str:
            return all(word in value for word in words) and _stands_in(words, _WORD.findall(value))
        return type(value) is list and literal in value

    return fits


def _stands_in(words: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether words stand in a text, side by side and in their order."""
    count = len(words)
    return count > 0 and any(text[start : start + count] == words for start in range(len(text) - count + 1))


def _fits(pattern: str) -> _Test:
    compiled = compile_regex(pattern)

    def fits(value: Any) -> bool:
        if type(value) is not str:
            return False
        try:
            return compiled.full_match(value)
        except RecordRejected as fault:
            raise QueryError(f"the regex takes too long on one value: {fault}", pattern) from None

    return fits
