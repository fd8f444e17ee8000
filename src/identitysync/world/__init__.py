"""What services are made of: the clock, HTTP with retries, secrets and their masks."""

from identitysync.world.ahead import awaited, read_ahead, read_together
from identitysync.world.aside import Aside
from identitysync.world.clock import Clock, FixedClock, StoppableClock, SystemClock, WakefulClock, milliseconds
from identitysync.world.http import HttpClient, HttpResponse, NeverSent, retry_after
from identitysync.world.patience import Patience, Retrying
from identitysync.world.secrets import Masker, resolve

__all__ = [
    "Aside",
    "Clock",
    "FixedClock",
    "HttpClient",
    "HttpResponse",
    "Masker",
    "NeverSent",
    "Patience",
    "Retrying",
    "StoppableClock",
    "SystemClock",
    "WakefulClock",
    "awaited",
    "milliseconds",
    "read_ahead",
    "read_together",
    "resolve",
    "retry_after",
]
