"""What the organization keeps: objects with ids, fields that name them, and the rules for a row that changes one.

Codes are those of "Core Data Types Used in API Calls", ``StatusCode`` (SOAP API Developer Guide); the texts beside them
are such as people quote, for there is no public page of them.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.http import Documents

NULL: Final = "#N/A"
_PLAIN: Final = re.compile(r"[A-Za-z]\w*", re.ASCII)
_OWN: Final = frozenset({"CreatedDate", "Id", "LastModifiedDate", "SystemModstamp"})
_PREFIXES: Final = {"account": "001", "contact": "003", "lead": "00Q"}
_REQUIRED: Final[Mapping[str, Collection[str]]] = {"contact": ("LastName",), "lead": ("LastName", "Company")}


class RowError(Exception):
    """A row that is refused.

    Attributes:
        code: Salesforce's code.
        message: The text.
        fields: The fields that are at fault.
    """

    def __init__(self, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fields = code, message, fields

    def __str__(self) -> str:
        return f"{self.code}:{self.message}:{' '.join(self.fields)} --"


class Org:
    """Objects of several types."""

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        *,
        fields: Mapping[str, Collection[str]],
        refuses: Callable[[str], bool],
    ) -> None:
        """Keep objects.

        Args:
            documents: Where they are.
            clock: Tells when one is changed.
            fields: The fields of a type, for types whose fields are known; others take any but dotted ones.
            refuses: Tells whether an e-mail address is refused.
        """
        self._documents, self._clock, self._refuses = documents, clock, refuses
        self._fields = {kind.lower(): frozenset(names) for kind, names in fields.items()}
        self._ids: dict[tuple[str, str], dict[str, str]] = {}
        self._counts: dict[str, int] = {}
        self._held: defaultdict[str, dict[str, dict[str, Any]]] | None = None
        self.lock = threading.RLock()

    def unknown(self, kind: str, columns: Collection[str]) -> str | None:
        """Name the first column that is no field."""
        known = self._fields.get(kind.lower())
        return next((each for each in columns if (each not in known if known else not _PLAIN.fullmatch(each))), None)

    def unreadable(self, kind: str, columns: Collection[str]) -> str | None:
        """Name the first column that cannot be asked for, of a type whose fields are known."""
        known = self._fields.get(kind.lower())
        return None if known is None else next((each for each in columns if each not in known | _OWN), None)

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """Give all objects of a type, in the order in which they came."""
        return (found for _, found in self._documents.documents(self._documents.numbers(kind.lower())))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep what is changed meanwhile in one go, which is quicker."""
        with self.lock:
            self._held = defaultdict(dict)
            try:
                yield
            finally:
                held, self._held = self._held, None
                for kind, documents in held.items():
                    self._documents.add(kind, documents.items())

    def find(self, kind: str, field: str, value: str) -> dict[str, Any] | None:
        """Give the object that a field names."""
        name = self._named(kind, field).get(value.strip().casefold()) if field != "Id" else value
        if not name:
            return None
        with self.lock:
            held = self._held[kind.lower()].get(name) if self._held is not None else None
            return held or self._documents.get(kind.lower(), name)

    def upsert(self, kind: str, key: str, row: Mapping[str, Any]) -> tuple[str, bool]:
        """Change the object that a field names, or create it.

        Args:
            kind: The type.
            key: The field.
            row: The values; empty texts leave a field as it is.

        Returns:
            The object's id, and whether it was created.

        Raises:
            RowError: The row is refused.
        """
        value = str(row.get(key) or "").strip()
        if not value or value == NULL:
            raise RowError("MISSING_ARGUMENT", f"{key} not specified", key)
        with self.lock:
            found = self.find(kind, key, value)
            if found is None and key == "Id":
                raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            return self.put(kind, row, found), found is None

    def put(self, kind: str, row: Mapping[str, Any], found: Mapping[str, Any] | None = None) -> str:
        """Change an object, or create one; give its id."""
        changes = {name: None if value == NULL else value for name, value in row.items() if value != ""}
        self._check(kind, changes, created=found is None)
        now = _written(self._clock.now())
        with self.lock:
            if found is None:
                found = {"Id": self._next_id(kind.lower()), "CreatedDate": now}
            whole = {**found, **changes, "Id": found["Id"], "LastModifiedDate": now, "SystemModstamp": now}
            if self._held is None:
                self._documents.add(kind.lower(), [(whole["Id"], whole)])
            else:
                self._held[kind.lower()][whole["Id"]] = whole
            for (type_, field), ids in self._ids.items():
                if type_ == kind.lower() and whole.get(field):
                    ids[str(whole[field]).strip().casefold()] = whole["Id"]
        return str(whole["Id"])

    def _check(self, kind: str, changes: Mapping[str, Any], *, created: bool) -> None:
        missing = [name for name in _REQUIRED.get(kind.lower(), ()) if not changes.get(name, not created)]
        if missing:
            raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
        for name, value in changes.items():
            if isinstance(value, str) and "email" in name.lower() and value:
                if "@" not in value:
                    raise RowError("INVALID_EMAIL_ADDRESS", f"{name}: invalid email address: {value}", name)
                if self._refuses(value):
                    raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "we want none of these", name)

    def _next_id(self, kind: str) -> str:
        if kind not in self._counts:
            self._counts[kind] = len(self._documents.numbers(kind))
        self._counts[kind] += 1
        return f"{_PREFIXES.get(kind, 'a00')}{self._counts[kind]:012}AAA"

    def _named(self, kind: str, field: str) -> dict[str, str]:
        with self.lock:
            if (kind.lower(), field) not in self._ids:
                found = ((str(each[field]), each["Id"]) for each in self.records(kind) if each.get(field))
                self._ids[kind.lower(), field] = {value.strip().casefold(): id for value, id in found}
            return self._ids[kind.lower(), field]


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
