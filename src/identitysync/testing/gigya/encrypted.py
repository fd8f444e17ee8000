"""What a query may ask of encrypted fields: equality, and ``contains`` for a whole text, whatever the case.

SAP's page "accounts.search REST" names user names and e-mail addresses as encrypted by default; orders and regular
expressions are not available on them, and ``contains`` finds no parts.
"""

from typing import Final

import regex

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
)
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


def as_encrypted(condition: Condition) -> Condition:
    """Give what a condition means where ``contains`` finds whole texts only.

    Args:
        condition: A condition.

    Returns:
        The condition to be asked of documents that are not encrypted.
    """
    match condition:
        case And(conditions):
            return And(tuple(map(as_encrypted, conditions)))
        case Or(conditions):
            return Or(tuple(map(as_encrypted, conditions)))
        case Not(inner):
            return Not(as_encrypted(inner))
        case Contains(path, str() as text, negated) if _encrypted(path):
            return FitsRegex(path, f"(?if)^(?:{regex.escape(text)})$(?!\\n)", negated)
    return condition


def _encrypted(path: Path) -> bool:
    return str(path) in FIELDS
