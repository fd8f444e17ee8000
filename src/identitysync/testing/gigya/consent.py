"""What Gigya notes beside a consent or a subscription that changes: when.

SAP's pages "Preferences Object REST" and "Subscriptions Object REST" name the fields.
"""

from datetime import datetime
from typing import Any, Final

_NOTED: Final = {
    "isConsentGranted": ("lastConsentModified", "actionTimestamp"),
    "isSubscribed": ("lastUpdatedSubscriptionState",),
}


def note_changes(old: Any, new: Any, now: datetime) -> None:
    """Note the time beside each consent and subscription that is other than before.

    Args:
        old: ``preferences`` or ``subscriptions`` as they were.
        new: As they are now; changed in place. A time that came with the change stays.
        now: The time.
    """
    if not isinstance(new, dict):
        return
    before = old if isinstance(old, dict) else {}
    for key, value in list(new.items()):
        if key in _NOTED and value != before.get(key):
            for name in _NOTED[key]:
                if new.get(name) == before.get(name):
                    new[name] = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
        note_changes(before.get(key), value, now)
