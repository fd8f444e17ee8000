"""What a query may ask of encrypted fields: equality, and ``contains`` for a whole text, whatever the case.

SAP's page "accounts.search REST" names user names and e-mail addresses as encrypted by default; orders and regular
expressions are not available on them, and ``contains`` finds no parts.
"""

from collections.abc import Callable
from typing import Any, Final

from identitysync.languages.query import (
    And,
    Compare,
    Comparison,
    Condition,
    Contains,
    FitsRegex,
    Not,
    Or,
    Path,
    predicate,
)
from identitysync.languages.query.finding import finder, spread
from identitysync.testing.gigya.answers import ApiError

FIELDS: Final = frozenset({
    "email", "profile.email", "profile.username", "loginIDs.username", "loginIDs.emails", "emails.verified",
    "emails.unverified",
})  # fmt: skip

_EQUALITY: Final = frozenset({Comparison.EQUAL, Comparison.NOT_EQUAL})


def check_encrypted(condition: Condition | None) -> None:
    """Refuse to ask of encrypted fields what Gigya cannot tell.

    Args:
        condition: The WHERE of a query.

    Raises:
        ApiError: It compares an encrypted field by order or by a regular expression.
    """
    match condition:
        case And(conditions) | Or(conditions):
            for each in conditions:
                check_encrypted(each)
        case Not(inner):
            check_encrypted(inner)
        case FitsRegex(path) if _encrypted(path):
            raise ApiError(400006, f"Invalid parameter value: query: {path} is encrypted, and knows no regex")
        case Compare(path, how) if _encrypted(path) and how not in _EQUALITY:
            raise ApiError(400006, f"Invalid parameter value: query: {path} is encrypted, and knows no {how}")


def fits(condition: Condition) -> Callable[[dict[str, Any]], bool]:
    """Make the test of a condition, where ``contains`` finds whole texts only in encrypted fields.

    Args:
        condition: A condition.

    Returns:
        Tells whether a document fits.
    """
    match condition:
        case And(conditions):
            tests = [fits(each) for each in conditions]
            return lambda document: all(test(document) for test in tests)
        case Or(conditions):
            tests = [fits(each) for each in conditions]
            return lambda document: any(test(document) for test in tests)
        case Not(inner):
            test = fits(inner)
            return lambda document: not test(document)
        case Contains(path, str() as text, negated) if _encrypted(path):
            find, whole = finder(path), text.casefold()
            return lambda document: (
                negated
                is not any(isinstance(value, str) and value.casefold() == whole for value in spread(find(document)))
            )
    return predicate(condition)


def _encrypted(path: Path) -> bool:
    return str(path) in FIELDS
