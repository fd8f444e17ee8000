"""``record.deduplicate``: keep one of the records that are alike."""

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Self

from identitysync.contract import KEPT, Example, FlatMapper, Kept, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.records.spill import LatestRecords, SeenKeys
from identitysync.values import MISSING, FieldPath, Record, json_bytes


class Keep(StrEnum):
    """Which of several records stays."""

    FIRST = "first"
    LAST = "last"


@script(
    "record.deduplicate",
    summary="Keep the first or the last of the records that have the same values in some fields.",
    examples=(
        Example(
            "the first of each UID",
            {"fields": ["UID"], "keep": "first"},
            [{"UID": "1", "n": 1}, {"UID": "2", "n": 2}, {"UID": "1", "n": 3}],
            [{"UID": "1", "n": 1}, {"UID": "2", "n": 2}],
        ),
        Example(
            "the last of each UID",
            {"fields": ["UID"], "keep": "last"},
            [{"UID": "1", "n": 1}, {"UID": "2", "n": 2}, {"UID": "1", "n": 3}],
            [{"UID": "2", "n": 2}, {"UID": "1", "n": 3}],
        ),
    ),
)
class Deduplicate(FlatMapper):
    """Drop, and count, all but one of the records that are alike in all the fields. A script of ours.

    Values are alike when their JSON is: `1` is not `"1"`, null is not missing. Records that have none of the fields,
    or only null there, are not taken for copies of each other: all of them stay. The first is given at once; the last
    is known at the end only, so that all records are held until then, in the order in which they came. Memory is
    bounded: what is too much goes to a temporary file, which nobody else can open and which ends with the run.
    """

    atomic = True
    stateful = True

    fields: list[FieldPath] = param(doc="The paths of the fields that tell a record.", example=["UID"])
    keep: Keep = param(default=Keep.FIRST, doc="Which of them stays.", example="last")

    def __attrs_post_init__(self) -> None:
        """Refuse to tell records by nothing."""
        if not self.fields:
            raise InvalidParameter("'fields' names no field by which records can be told; name one or more")

    def open(self) -> Self:
        """Begin with nothing seen."""
        made = _First if self.keep is Keep.FIRST else _Last
        return made(self.fields)  # type: ignore[return-value]  # it expands as this class does

    def expand(self, record: Record) -> Iterable[Record]:
        """Give a record that nothing came before; a run uses ``open`` first."""
        return [record]


def key_of(record: Record, fields: Iterable[FieldPath]) -> bytes | None:
    """Make the key of a record: 16 bytes that differ where the values do; None when it has no values.

    Args:
        record: The record.
        fields: The fields that tell it.

    Returns:
        The key.

    Raises:
        RecordRejected: A value has no JSON.
    """
    values = [path.get(record) for path in fields]
    if all(value is None or value is MISSING for value in values):
        return None
    try:
        text = json_bytes([[] if value is MISSING else [value] for value in values])
    except ValueError as fault:
        raise RecordRejected(f"the fields that tell the record have no JSON: {fault}", code="no-key") from fault
    return hashlib.blake2b(text, digest_size=16).digest()


class _First:
    def __init__(self, fields: list[FieldPath]) -> None:
        self._fields, self._seen = fields, SeenKeys()

    def expand(self, record: Record) -> list[Record]:
        key = key_of(record, self._fields)
        return [record] if key is None or self._seen.add(key) else []

    def finish(self) -> Iterable[Record]:
        return ()

    def close(self) -> None:
        self._seen.close()


class _Last:
    def __init__(self, fields: list[FieldPath]) -> None:
        self._fields, self._latest = fields, LatestRecords()

    def expand(self, record: Record) -> list[Kept]:
        # a copy takes the place of the one before: one record more is dropped, none more is kept
        return [KEPT] if self._latest.put(key_of(record, self._fields), record) else []

    def finish(self) -> Iterator[Record]:
        return self._latest.records()

    def close(self) -> None:
        self._latest.close()
