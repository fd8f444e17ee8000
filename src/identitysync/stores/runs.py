"""What runs remember: rows of jobs, who holds them, what they delivered, and up to when each flow has read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from identitysync.errors import LeaseLost
from identitysync.stores.database import Database, Transaction, moment_of, one, stamp
from identitysync.stores.files import FileStore
from identitysync.values import json_bytes, json_value

LEASE: Final = 60.0
"""Seconds without a sign of life after which a job counts as dead."""


class RunStore:
    """The part of a store that runs use; it is a ``Store``.

    Attributes:
        lease: Seconds without a sign of life after which a job counts as dead.
        files: The memory of delivered files.
    """

    def __init__(self, base: Database, lease: float = LEASE) -> None:
        """Use a database whose tables are there.

        Args:
            base: The database.
            lease: Seconds without a sign of life after which a job counts as dead.
        """
        self._base = base
        self.lease = lease
        self.files = FileStore(base)

    def last_runtime(self, flow: str) -> datetime | None:
        """Give the start of a flow's last successful run, or None."""
        with self._base.reading() as tx:
            found = one(tx.all("SELECT last_runtime FROM watermark WHERE flow = :flow", {"flow": flow}))
        return moment_of(found[0]) if found else None

    def begin(self, flow: str, row: Mapping[str, Any], now: datetime) -> None:
        """Keep the row of a job that begins, and hold it until its next beat is overdue."""
        with self._base.transaction(durable=False) as tx:
            values = self._values(tx, row, now) | {
                "flow": flow, "dataflow": row.get("dataflowId"), "made": row["createTime"],
            }  # fmt: skip
            tx.change(
                """INSERT INTO job (id, flow, dataflow_id, status, create_time, update_time, attempt, lease_until, body)
                   VALUES (:id, :flow, :dataflow, 'running', :made, :changed, :attempt, :lease, :body)""",
                values,
            )

    def beat(self, job_id: str, attempt: int, row: Mapping[str, Any], now: datetime) -> None:
        """Keep how a job goes now, and hold it for longer."""
        with self._base.transaction(durable=False) as tx:
            if not self._keep(tx, self._values(tx, row, now)):
                raise _lost(job_id, attempt)

    def hold(self, job_id: str, attempt: int, now: datetime) -> None:
        """Hold a job for longer, before something is done that cannot be taken back."""
        with self._base.transaction(durable=False) as tx:
            lease = stamp(tx.now(now) + timedelta(seconds=self.lease))
            _hold(tx, job_id, attempt, "lease_until = :lease", {"lease": lease})

    def stopping(self, job_id: str, attempt: int) -> bool:
        """Tell whether somebody asked the job to stop."""
        with self._base.reading() as tx:
            found = one(tx.all("SELECT stopping, attempt, status FROM job WHERE id = :id", {"id": job_id}))
        if found is None or found[1:] != (attempt, "running"):
            raise _lost(job_id, attempt)
        return bool(found[0])

    def delivered(self, job_id: str) -> list[dict[str, Any]]:
        """Give the files that a job has published, in all its attempts."""
        with self._base.reading() as tx:
            found = tx.all("SELECT body FROM job_file WHERE job_id = :id", {"id": job_id})
        return [json_value(bytes(body)) for (body,) in found]

    def deliver(self, job_id: str, attempt: int, file: Mapping[str, Any]) -> None:
        """Keep that a job has published a file."""
        values = {"id": job_id, "step": file["step"], "name": file["name"], "body": json_bytes(dict(file))}
        with self._base.transaction() as tx:
            _hold(tx, job_id, attempt, "stopping = stopping", {})
            tx.change(
                """INSERT INTO job_file (job_id, step, name, body) VALUES (:id, :step, :name, :body)
                   ON CONFLICT (job_id, step, name) DO UPDATE SET body = excluded.body""",
                values,
            )

    def finish(
        self,
        flow: str,
        row: Mapping[str, Any],
        *,
        watermark: datetime | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        """Keep the row of a job that has ended, and, in the same transaction, move the flow's watermark."""
        id, attempt = row["id"], row.get("attemptNumber", 1)
        values = {
            "id": id, "attempt": attempt, "status": row["status"], "changed": row["updateTime"],
            "retry": None if retry_at is None else stamp(retry_at), "body": json_bytes(dict(row)),
        }  # fmt: skip
        with self._base.transaction() as tx:
            changed = tx.change(
                """UPDATE job SET status = :status, update_time = :changed, lease_until = NULL, retry_at = :retry,
                   stopping = 0, body = :body WHERE id = :id AND attempt = :attempt AND status = 'running'""",
                values,
            )
            if not changed:
                raise _lost(id, attempt)
            if watermark is not None:
                tx.change(
                    """INSERT INTO watermark (flow, last_runtime) VALUES (:flow, :moment)
                       ON CONFLICT (flow) DO UPDATE SET last_runtime = excluded.last_runtime""",
                    {"flow": flow, "moment": watermark.isoformat()},
                )
            if retry_at is None:
                tx.change("UPDATE scheduling SET busy = 0 WHERE job_id = :id", {"id": id})

    def job(self, job_id: str) -> dict[str, Any] | None:
        """Give the row of a job, or None."""
        with self._base.reading() as tx:
            found = one(tx.all("SELECT body FROM job WHERE id = :id", {"id": job_id}))
        return json_value(bytes(found[0])) if found else None

    def close(self) -> None:
        """Let go of the store."""
        self._base.close()

    def _values(self, tx: Transaction, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        return {
            "id": row["id"], "attempt": row.get("attemptNumber", 1), "changed": row["updateTime"],
            "lease": stamp(tx.now(now) + timedelta(seconds=self.lease)), "body": json_bytes(dict(row)),
        }  # fmt: skip

    def _keep(self, tx: Transaction, values: Mapping[str, Any]) -> int:
        return tx.change(
            """UPDATE job SET update_time = :changed, lease_until = :lease, body = :body
               WHERE id = :id AND attempt = :attempt AND status = 'running'""",
            values,
        )


def _hold(tx: Transaction, job_id: str, attempt: int, change: str, values: Mapping[str, Any]) -> None:
    """Prove that the caller holds the job, and keep others from taking it before the transaction ends."""
    changed = tx.change(
        f"UPDATE job SET {change} WHERE id = :id AND attempt = :attempt AND status = 'running'",  # noqa: S608 - constants
        {"id": job_id, "attempt": attempt, **values},
    )
    if not changed:
        raise _lost(job_id, attempt)


def _lost(job_id: str, attempt: int) -> LeaseLost:
    reason = "it gave no sign of life for too long, and counts as dead or goes on elsewhere"
    return LeaseLost(f"attempt {attempt} of the job {job_id} has lost its place: {reason}")
