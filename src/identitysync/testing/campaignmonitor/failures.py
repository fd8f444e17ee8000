"""What Campaign Monitor answers when it refuses: a code and a message.

50, 100 and 101 are those of https://www.campaignmonitor.com/api/v3-3/getting-started/, 1, 203, 209, 210, 212 and 214
those of .../v3-3/subscribers/, and 206 is what imports answer about those who have left. 204, 205, 207 and 208 are not
on these pages: public clients know them, with that meaning. The messages of these five are ours.
"""

from typing import Any, Final

from identitysync.testing.http import Refused

BAD_ADDRESS: Final = (1, "Invalid Email Address")
BAD_DATE: Final = (5, "Invalid date")
NO_LOGIN: Final = (50, "Must supply a valid HTTP Basic Authorization header")
BAD_KEY: Final = (100, "Invalid API Key")
BAD_LIST: Final = (101, "Invalid ListID")
NOT_IN_LIST: Final = (203, "Subscriber not in list or has already been removed.")
TOO_MANY: Final = (209, "Too many subscribers; 1000 can be imported at once")
SOME_FAILED: Final = (210, "Subscriber Import had some failures")
NONE_GIVEN: Final = (212, "No subscribers were given")
NO_CONSENT: Final = (214, "ConsentToTrack must be Yes, No or Unchanged")
BAD_BODY: Final = (400, "Failed to deserialize your request.")
BACK_ONLY_ON_DEMAND: Final = {
    "Suppressed": (204, "Subscriber is in the suppression list"),
    "Deleted": (205, "Subscriber is deleted"),
    "Unsubscribed": (206, "Subscriber has unsubscribed"),
    "Bounced": (207, "Subscriber has bounced"),
    "Unconfirmed": (208, "Subscriber has not confirmed"),
}

Code = tuple[int, str]


def refused(code: Code, status: int = 400, **more: Any) -> Refused:
    """Make a refusal."""
    return Refused(status, {"Code": code[0], "Message": code[1], **more})
