"""What a query may not ask of encrypted fields: orders and regular expressions (SAP's page "accounts.search REST")."""

from typing import Final

from identitysync.gigya.tables import ENCRYPTED
from identitysync.languages.query import And, Compare, Comparison, Condition, FitsRegex, Not, Or
from identitysync.testing.gigya.answers import ApiError

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
        case FitsRegex(path) if str(path) in ENCRYPTED:
            raise ApiError(400006, f"Invalid parameter value: query: {path} is encrypted, and knows no regex")
        case Compare(path, how) if str(path) in ENCRYPTED and how not in _EQUALITY:
            raise ApiError(400006, f"Invalid parameter value: query: {path} is encrypted, and knows no {how}")
