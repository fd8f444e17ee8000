"""Pass documents over that cannot fit a query of many texts, such as a look-up's, before the query itself is asked.

A look-up asks whether a field is, or contains, one of hundreds of texts. What must hold of all that fits, ``one of
these fields contains one of these texts``, is told a hundred times faster than the whole condition.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from identitysync.gigya.tables import ENCRYPTED
from identitysync.languages.query import Among, And, Compare, Comparison, Condition, Contains, Or, Path
from identitysync.languages.query.finding import finder, spread

Needed: TypeAlias = dict[Path, list[str]]
"""One of these fields contains one of its texts, whatever the case."""

_FEW: Final = 8


def prefilter(condition: Condition | None) -> Callable[[dict[str, Any]], bool] | None:
    """Make a test that every document passes that fits a condition, and perhaps others.

    Args:
        condition: The condition.

    Returns:
        The test; None where it would not be worth it.
    """
    needed = _needed(condition)
    if needed is None or sum(map(len, needed.values())) < _FEW:
        return None
    tests = [(finder(path), list(dict.fromkeys(texts))) for path, texts in needed.items()]

    def may_fit(document: dict[str, Any]) -> bool:
        for find, texts in tests:
            for value in spread(find(document)):
                if isinstance(value, str):
                    folded = value.casefold()
                    if any(text in folded for text in texts):
                        return True
        return False

    return may_fit


def _needed(condition: Condition | None) -> Needed | None:
    match condition:
        case Contains(path, str() as text, False) if str(path) in ENCRYPTED:  # elsewhere it is about words
            return {path: [text.casefold()]}
        case Compare(path, Comparison.EQUAL, str() as text):
            return {path: [text.casefold()]}
        case Among(path, values, False) if all(isinstance(value, str) for value in values):
            return {path: [str(value).casefold() for value in values]}
        case And(conditions):
            return next((needed for each in conditions if (needed := _needed(each)) is not None), None)
        case Or(conditions):
            return _joined(map(_needed, conditions))
    return None


def _joined(parts: Iterable[Needed | None]) -> Needed | None:
    whole: Needed = {}
    for part in parts:
        if part is None:
            return None
        for path, texts in part.items():
            whole.setdefault(path, []).extend(texts)
    return whole
