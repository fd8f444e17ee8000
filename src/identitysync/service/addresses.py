"""Addresses of people who hear of jobs."""

import re
from typing import Final

from identitysync.errors import InvalidParameter

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def addresses_of(text: str) -> list[str]:
    """Read a list of e-mail addresses.

    Args:
        text: Addresses, separated by commas or semicolons.

    Returns:
        The addresses; none for an empty text.

    Raises:
        InvalidParameter: One of them is no address, such as one that would smuggle a header into a mail.
    """
    found = [part.strip(" ") for part in re.split("[,;]", text)]
    for part in found:
        if part and (_CONTROL.search(part) or _ADDRESS.fullmatch(part) is None):
            raise InvalidParameter(
                f"{part!r} is no e-mail address; write name@example.com, several with commas between"
            )
    return [part for part in found if part]


def one_line(text: str) -> str:
    """Make of any text one that a header can hold: control characters become blanks, and it is cut."""
    return " ".join(_CONTROL.sub(" ", text).split())[:200]
