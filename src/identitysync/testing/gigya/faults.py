"""Bad days of Gigya, on demand: rate limits, broken answers, lost cursors."""

from enum import StrEnum

from identitysync.testing.http import faults


class FaultKind(StrEnum):
    """What can go wrong.

    ``rate_limit`` and ``error_500`` are Gigya's answers with such a code, ``expired_cursor`` loses a cursor; the others
    are those of any HTTP API.
    """

    RATE_LIMIT = "rate_limit"
    ERROR_500 = "error_500"
    HTTP_500 = "http_500"
    HTTP_429 = "http_429"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"
    HTML = "html"
    DROP = "drop"
    EXPIRED_CURSOR = "expired_cursor"


class Faults(faults.Faults[FaultKind]):
    """What shall go wrong with Gigya, and how often."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__(FaultKind)
