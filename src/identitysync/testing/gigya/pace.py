"""How often one user may be imported."""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

MOST: Final = 5
"""Imports of one UID in a minute, as the documentation of ``accounts.importFullAccount`` says."""

_MINUTE: Final = timedelta(minutes=1)


class Pace:
    """Remember who was imported within the last minute; safe to use from several threads."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._times: dict[str, deque[datetime]] = {}
        self._order: deque[tuple[datetime, str]] = deque()
        self._lock = threading.Lock()

    def allows(self, user: str, now: datetime) -> bool:
        """Tell whether a user may be imported now, and count the import if so.

        Args:
            user: The site and the UID.
            now: The time.

        Returns:
            Whether there were fewer than ``MOST`` within a minute.
        """
        with self._lock:
            while self._order and self._order[0][0] <= now - _MINUTE:
                _, old = self._order.popleft()
                self._times[old].popleft()
                if not self._times[old]:
                    del self._times[old]
            times = self._times.setdefault(user, deque())
            if len(times) >= MOST:
                return False
            times.append(now)
            self._order.append((now, user))
            return True
