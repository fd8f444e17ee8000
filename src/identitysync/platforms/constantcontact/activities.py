"""Activities: what Constant Contact does by itself, while others wait for it.

Their status follows https://developer.constantcontact.com/api_guide/activity_status.html.
"""

from typing import Any, Final

import attrs

from identitysync.errors import RemoteUnavailable
from identitysync.platforms.constantcontact.client import ConstantContact
from identitysync.platforms.waiting import moments

FAILURES: Final = ("error_count", "correctable_count", "cannot_add_to_list_count")
"""What a status counts of those that failed."""

_UNDER_WAY: Final = frozenset({"initialized", "processing"})
_FIRST_PAUSE, _LONGEST_PAUSE, _PATIENCE = 0.5, 15.0, 1800.0


@attrs.frozen
class Ended:
    """What is said of an activity that has ended.

    Attributes:
        state: How it ended; ``completed`` is well, but for those that failed.
        status: What is counted.
        texts: What went wrong.
    """

    state: str
    status: dict[str, Any]
    texts: list[str]

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(int(self.status.get(name) or 0) for name in FAILURES)


def carried_out(client: ConstantContact, path: str, body: Any) -> Ended:
    """Begin an activity that may be done twice, and wait for its end.

    Args:
        client: The client.
        path: Where it begins.
        body: What is to be done.

    Returns:
        How it ended.

    Raises:
        RemoteUnavailable: It does not end.
    """
    id = client.post(path, body, expect="activity_id")["activity_id"]
    for _ in moments(client.clock, _PATIENCE, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE):
        activity = client.get(f"/v3/activities/{id}", expect="state")
        if activity["state"] not in _UNDER_WAY:
            texts = [str(each) for each in activity.get("activity_errors") or []]
            return Ended(str(activity["state"]), activity.get("status") or {}, texts)
    raise RemoteUnavailable(f"Constant Contact has not ended the activity {id} within {_PATIENCE:.0f} s")
