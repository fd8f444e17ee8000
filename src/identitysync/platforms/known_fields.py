"""The fields that a platform's list has, by the names that records use for them; others are told of once."""

import threading
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MOST_TOLD: Final = 100
"""Names that are told of: records may have a field of its own for each person or thing."""


class KnownFields(Generic[T]):
    """Find fields by their names, in any case; safe to share between threads."""

    def __init__(self, fields: Mapping[str, T], complaint: str, tell: Callable[[str], None]) -> None:
        """Take the fields.

        Args:
            fields: The fields by their names.
            complaint: Why another field is not sent, such as ``the audience has no such merge field``.
            tell: Is told, once for each name and of 100 names at most, which fields of records are none of them.
        """
        self._fields = {name.lower(): field for name, field in fields.items()}
        self._names = ", ".join(sorted(fields)) or "none"
        self._complaint, self._tell = complaint, tell
        self._lock = threading.Lock()
        self._unknown: set[str] = set()

    def find(self, name: str) -> T | None:
        """Find a field; None when there is none of that name.

        Args:
            name: The name in a record.
        """
        field = self._fields.get(name.lower())
        if field is None:
            with self._lock:
                new = name not in self._unknown and len(self._unknown) < _MOST_TOLD
                if new:
                    self._unknown.add(name)
            if new:
                self._tell(f"the field {name!r} is not sent: {self._complaint}; it has {self._names}")
        return field
