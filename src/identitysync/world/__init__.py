"""What services are made of: the clock, HTTP with retries, secrets and their masks."""

from identitysync.world.clock import FixedClock, SystemClock
from identitysync.world.secrets import Masker, resolve

__all__ = ["FixedClock", "Masker", "SystemClock", "resolve"]
