"""What a record says about a newsletter: wanted, not wanted, or a word of the platform's own."""

from typing import Any, Final

from identitysync.values import MISSING

_YES: Final = frozenset({"true", "yes", "y", "1", "on"})
_NO: Final = frozenset({"false", "no", "n", "0", "off"})


def wanted(value: Any) -> bool | str | None:
    """Read the value of a ``newsletterField``.

    Templates hold booleans, the texts ``'true'`` and ``'false'``, and states such as ``subscribed``, so that all of
    them are understood, in any case.

    Args:
        value: The value, or ``MISSING``.

    Returns:
        Whether it is wanted; another text as it is, in lower case; None where nothing is said: missing, null, blank.
    """
    if value is MISSING or value is None:
        return None
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _YES or text in _NO:
        return text in _YES
    return text or None
