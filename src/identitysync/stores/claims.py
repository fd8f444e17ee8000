"""Who runs what: jobs are claimed by one process each, and those whose process died are given up."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from identitysync.errors import InvalidParameter, NotStored, StoreError
from identitysync.stores.database import Database, Transaction, moment_of, one, stamp
from identitysync.stores.schedulings import StoredScheduling, read_columns
from identitysync.values import json_bytes, json_value

TOLERANCE: Final = timedelta(seconds=30)
"""How far the clocks of those who share a store may be apart."""

_SKIPPED: Final = 100
"""Schedulings whose slots are skipped in one transaction."""

Row: TypeAlias = dict[str, Any]


@attrs.frozen
class Claim:
    """A job that this process holds from now on.

    Attributes:
        row: The job's row, with ``id``, ``attemptNumber``, ``dataflowId`` and the like.
        options: How it runs.
    """

    row: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The job."""
        return str(self.row["id"])

    @property
    def attempt(self) -> int:
        """Which attempt this is: the fencing token."""
        return int(self.row["attemptNumber"])


@attrs.frozen
class Decision:
    """What becomes of a scheduling that is due.

    Attributes:
        slot: The slot that runs; None skips what is due.
        next_due: When it is due again; None is never.
        row: The row of the new job.
        options: How it runs.
    """

    slot: datetime | None
    next_due: datetime | None
    row: Mapping[str, Any] = attrs.field(factory=dict)
    options: Mapping[str, Any] = attrs.field(factory=dict)


class ClaimStore:
    """Give out jobs; each goes to one process."""

    def __init__(self, base: Database, lease: float, host: str) -> None:
        """Use a database whose tables are there.

        Args:
            base: The database.
            lease: Seconds without a sign of life after which a job counts as dead.
            host: The name of this machine.
        """
        self._base, self._lease, self._host = base, lease, host

    def claim(self, now: datetime, decide: Callable[[StoredScheduling], Decision]) -> Claim | None:
        """Take what has been due for longest: further attempts first, then slots.

        Args:
            now: What is due by then.
            decide: Tells what becomes of a scheduling that is due.

        Returns:
            The claim, or None when nothing is due.

        Raises:
            StoreError: This machine's clock is behind that of another who shares the store.
        """
        with self._base.transaction(durable=False) as tx:
            self._compare_clocks(tx, now)
            again = tx.all(
                f"""SELECT id FROM job WHERE retry_at <= :now ORDER BY retry_at LIMIT 1
                    {self._base.words["skip_locked"]}""",  # noqa: S608 - a constant word
                {"now": stamp(now)},
            )
            if again:
                return self._again(tx, again[0][0], now)
            for _ in range(_SKIPPED):
                due = read_columns(
                    tx,
                    f"WHERE due <= :now AND busy = 0 ORDER BY due, seq LIMIT 1 {self._base.words['skip_locked']}",
                    {"now": stamp(now)},
                )
                if not due:
                    return None
                decision = decide(due[0])
                made = self._make(tx, due[0], decision, now)
                if made is not None:
                    return made
        return None

    def begin(self, row: Mapping[str, Any], options: Mapping[str, Any], now: datetime) -> Claim:
        """Make a job that no scheduling started, and hold it."""
        with self._base.transaction(durable=False) as tx:
            self._insert(tx, row, options, now, slot=None)
        return Claim(row, options)

    def resume(self, job_id: str, now: datetime) -> Claim:
        """Take a failed or killed job for a further attempt.

        Raises:
            NotStored: There is no such job.
            InvalidParameter: It has succeeded, runs, or its scheduling runs another.
        """
        with self._base.transaction() as tx:
            found = one(
                tx.all(
                    f"SELECT status, scheduling_id FROM job WHERE id = :id {self._base.words['lock']}",  # noqa: S608
                    {"id": job_id},
                )
            )
            if found is None:
                raise NotStored(f"the store has no job {job_id!r}")
            status, scheduling_id = found
            if status not in {"failed", "killed"}:
                raise InvalidParameter(f"the job {job_id} is {status}; only a failed or killed job can be resumed")
            values = {"id": job_id, "scheduling": scheduling_id}
            free = tx.change(
                "UPDATE scheduling SET busy = 1, job_id = :id WHERE id = :scheduling AND (busy = 0 OR job_id = :id)",
                values,
            )
            if not free:
                other = one(tx.all("SELECT name, job_id FROM scheduling WHERE id = :scheduling", values))
                if other is not None:
                    hint = "wait for it, or stop it"
                    raise InvalidParameter(f"the scheduling {other[0]!r} has the job {other[1]} under way; {hint}")
            return self._again(tx, job_id, now)

    def give_up(self, now: datetime, judge: Callable[[Row, Mapping[str, Any]], datetime | None]) -> list[Row]:
        """Mark jobs as failed whose process gave no sign of life for too long.

        Args:
            now: This process's time.
            judge: Completes a job's row, which says ``failed`` already, and tells when a further attempt is due.

        Returns:
            The rows of these jobs.
        """
        rows: list[Row] = []
        with self._base.transaction() as tx:
            expired = tx.all(
                f"""SELECT body, options FROM job WHERE status = 'running' AND lease_until < :now
                    {self._base.words["skip_locked"]}""",  # noqa: S608 - a constant word
                {"now": stamp(tx.now(now))},
            )
            for body, options in expired:
                row: Row = json_value(bytes(body)) | {
                    "status": "failed",
                    "updateTime": stamp(now),
                    "endTime": stamp(now),
                }
                retry_at = judge(row, _options(options))
                values = {
                    "id": row["id"], "now": stamp(now), "body": json_bytes(row),
                    "retry": None if retry_at is None else stamp(retry_at),
                }  # fmt: skip
                tx.change(
                    """UPDATE job SET status = 'failed', update_time = :now, lease_until = NULL, retry_at = :retry,
                       stopping = 0, body = :body WHERE id = :id""",
                    values,
                )
                if retry_at is None:
                    tx.change("UPDATE scheduling SET busy = 0 WHERE job_id = :id", values)
                rows.append(row)
        return rows

    def stop(self, job_id: str, now: datetime) -> Row:
        """Ask a running job to stop; one that waits for a further attempt is killed at once.

        Returns:
            The job's row as it is now.

        Raises:
            NotStored: There is no such job.
            InvalidParameter: It has ended.
        """
        with self._base.transaction() as tx:
            found = one(
                tx.all(
                    f"SELECT status, retry_at, body FROM job WHERE id = :id {self._base.words['lock']}",  # noqa: S608
                    {"id": job_id},
                )
            )
            if found is None:
                raise NotStored(f"the store has no job {job_id!r}")
            status, retry_at, body = found
            row: Row = json_value(bytes(body))
            if status == "running":
                tx.change("UPDATE job SET stopping = 1 WHERE id = :id", {"id": job_id})
                return row
            if retry_at is None:
                raise InvalidParameter(f"the job {job_id} has ended already: it is {status}")
            row |= {"status": "killed", "updateTime": stamp(now), "statusDetails": "stopped before a further attempt"}
            tx.change(
                "UPDATE job SET status = 'killed', update_time = :now, retry_at = NULL, body = :body WHERE id = :id",
                {"id": job_id, "now": stamp(now), "body": json_bytes(row)},
            )
            tx.change("UPDATE scheduling SET busy = 0 WHERE job_id = :id", {"id": job_id})
        return row

    def options(self, job_id: str) -> Mapping[str, Any]:
        """Give how a job runs."""
        with self._base.reading() as tx:
            found = one(tx.all("SELECT options FROM job WHERE id = :id", {"id": job_id}))
        return _options(found[0]) if found else {}

    def _make(self, tx: Transaction, due: StoredScheduling, decision: Decision, now: datetime) -> Claim | None:
        values = {
            "id": due.id, "due": None if decision.next_due is None else stamp(decision.next_due),
            "job": decision.row.get("id"),
        }  # fmt: skip
        if decision.slot is None or _has_run(tx, due.id, decision.slot):
            tx.change("UPDATE scheduling SET due = :due WHERE id = :id", values)
            return None
        tx.change("UPDATE scheduling SET due = :due, busy = 1, job_id = :job WHERE id = :id", values)
        self._insert(tx, decision.row, decision.options, now, slot=decision.slot)
        return Claim(decision.row, decision.options)

    def _insert(
        self, tx: Transaction, row: Mapping[str, Any], options: Mapping[str, Any], now: datetime, slot: datetime | None
    ) -> None:
        tx.change(
            """INSERT INTO job (id, flow, dataflow_id, scheduling_id, slot, status, create_time, update_time, attempt,
                                lease_until, options, body)
               VALUES (:id, :flow, :flow, :scheduling, :slot, 'running', :now, :now, 1, :lease, :options, :body)""",
            {
                "id": row["id"], "flow": row["dataflowId"], "scheduling": row.get("schedulingId"),
                "slot": None if slot is None else stamp(slot), "now": row["createTime"],
                "lease": self._until(tx, now), "options": json_bytes(dict(options)), "body": json_bytes(dict(row)),
            },
        )  # fmt: skip

    def _again(self, tx: Transaction, job_id: str, now: datetime) -> Claim:
        attempt, options, body = tx.all("SELECT attempt, options, body FROM job WHERE id = :id", {"id": job_id})[0]
        row: Row = json_value(bytes(body))
        row |= {"attemptNumber": attempt + 1, "status": "running", "updateTime": stamp(now)}
        for name in ("endTime", "statusDetails"):
            row.pop(name, None)
        tx.change(
            """UPDATE job SET status = 'running', attempt = :attempt, retry_at = NULL, stopping = 0,
               lease_until = :lease, update_time = :now, body = :body WHERE id = :id""",
            {
                "id": job_id, "attempt": attempt + 1, "lease": self._until(tx, now), "now": stamp(now),
                "body": json_bytes(row),
            },
        )  # fmt: skip
        return Claim(row, _options(options))

    def _until(self, tx: Transaction, now: datetime) -> str:
        return stamp(tx.now(now) + timedelta(seconds=self._lease))

    def _compare_clocks(self, tx: Transaction, now: datetime) -> None:
        """Refuse to work by a clock that is behind: slots would seem to come again, and leases to have run out."""
        found = one(tx.all("SELECT value FROM setting WHERE name = 'clock'"))
        text, _, host = found[0].partition(" ") if found else ("", "", "")
        latest = moment_of(text or None)
        if latest is not None and now < latest - TOLERANCE:
            raise StoreError(
                f"the clock of {self._host} says {stamp(now)}, but {host} has worked on the store {self._base.place} "
                f"at {text}: set the clocks of all machines that share it, for example by NTP"
            )
        if latest is None or now >= latest + timedelta(seconds=1):
            tx.change(
                """INSERT INTO setting (name, value) VALUES ('clock', :value)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
                {"value": f"{stamp(now)} {self._host}"},
            )


def _has_run(tx: Transaction, scheduling_id: str, slot: datetime) -> bool:
    """Tell whether a slot has had its run: a scheduling may have been set back in time."""
    values = {"id": scheduling_id, "slot": stamp(slot)}
    return bool(tx.all("SELECT id FROM job WHERE scheduling_id = :id AND slot = :slot", values))


def _options(text: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = {} if text is None else json_value(bytes(text))
    return found
