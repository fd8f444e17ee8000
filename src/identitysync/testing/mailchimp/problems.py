"""What Mailchimp answers when it refuses: problems as RFC 7807 has them.

Titles and details are those of https://mailchimp.com/developer/marketing/docs/errors/.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from identitysync.testing.http import Refused, Reply
from identitysync.values import json_bytes

TYPE: Final = "https://mailchimp.com/developer/marketing/docs/errors/"
INVALID: Final = "The resource submitted could not be validated. For field-specific details, see the 'errors' array."

Faults = Sequence[tuple[str, str]]
"""Fields and what is wrong with them."""


class Problem(Exception):
    """Something is refused; the answer is made of it, or, in a batch, an entry of ``errors``.

    Attributes:
        status: The HTTP status.
        title: Mailchimp's name for it.
        detail: What is wrong.
        faults: Fields and what is wrong with them.
    """

    def __init__(self, status: int, title: str, detail: str, faults: Faults = ()) -> None:
        """Refuse."""
        super().__init__(detail)
        self.status, self.title, self.detail, self.faults = status, title, detail, faults

    def refused(self) -> Refused:
        """Make the answer of it."""
        refused = Refused(self.status)
        refused.reply = self.reply()
        return refused

    def reply(self) -> Reply:
        """Make the answer's bytes."""
        body: dict[str, Any] = {"type": TYPE, "title": self.title, "status": self.status, "detail": self.detail}
        body["instance"] = str(uuid4())
        if self.faults:
            body["errors"] = [{"field": field, "message": message} for field, message in self.faults]
        return Reply(json_bytes(body), self.status, "application/problem+json; charset=utf-8")


def not_found() -> Problem:
    """Say that there is nothing of that name."""
    return Problem(404, "Resource Not Found", "The requested resource could not be found.")


def invalid(*faults: tuple[str, str]) -> Problem:
    """Say which fields are not as the schema has them."""
    return Problem(400, "Invalid Resource", INVALID, faults)
