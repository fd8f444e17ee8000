"""Do one thing with every record of a batch: what goes wrong concerns one record, which is rejected as it entered."""

import marshal
from collections.abc import Callable
from typing import Final, TypeVar, cast

from identitysync.contract import Rejected
from identitysync.errors import IdentitySyncError, LanguageError, RecordRejected
from identitysync.values import Record, copy_records

T = TypeVar("T")

UNHEARD: Final = 64
"""Records during which a stop of the run is not heard."""


class Entered:
    """The records of a batch as they came, brought back only when one is rejected."""

    def __init__(self, batch: list[Record], *, needed: bool, again: Callable[[], list[Record]] | None = None) -> None:
        """Take the batch.

        Args:
            batch: The records.
            needed: Whether they may be changed before one of them is rejected.
            again: Gives the same records once more, where they can be had from what they were made of.
        """
        self._batch = batch
        self._again = again if needed else None
        needed = needed and again is None
        self._bytes: bytes | None = None
        self._records: list[Record] | None = None
        if needed:
            try:
                self._bytes = marshal.dumps(batch)
            except ValueError:  # values that are no plain data
                self._records = copy_records(batch)

    def record(self, index: int) -> Record:
        """Give a record as it entered."""
        if self._records is None and self._bytes is not None:
            self._records = cast(list[Record], marshal.loads(self._bytes))  # noqa: S302 - bytes made above
        if self._records is None and self._again is not None:
            self._records = self._again()
        return (self._records or self._batch)[index]


def each_record(
    batch: list[Record],
    work: Callable[[Record], T],
    take: Callable[[T], None],
    *,
    atomic: bool,
    check: Callable[[], object] = lambda: None,
    again: Callable[[], list[Record]] | None = None,
) -> list[Rejected]:
    """Do one thing with every record of a batch; a record that cannot go on is rejected as it entered.

    Args:
        batch: The records.
        work: What is done with each.
        take: Receives what came of it.
        atomic: Whether a record that ``work`` refuses is left as it was.
        check: Is called now and then, and may raise.
        again: As in ``Entered``.

    Returns:
        The rejects.
    """
    before = Entered(batch, needed=not atomic, again=again)
    rejects: list[Rejected] = []
    for start in range(0, len(batch), UNHEARD):
        check()
        for index, record in enumerate(batch[start : start + UNHEARD], start):
            try:
                result = work(record)
            except Exception as fault:  # noqa: BLE001 - whatever a script raises concerns this record alone
                rejects.append(refusal(fault, before.record(index)))
            else:
                take(result)
    return rejects


def refusal(fault: Exception, record: Record) -> Rejected:
    """Say why a record is rejected; faults that concern the whole run are raised again."""
    if isinstance(fault, RecordRejected):
        return Rejected(record, fault.message, fault.code)
    if isinstance(fault, LanguageError):
        return Rejected(record, str(fault), "expression")
    if isinstance(fault, IdentitySyncError | OSError | MemoryError):
        raise fault
    return Rejected(record, f"the script failed: {type(fault).__name__}: {fault}", "script-failed")
