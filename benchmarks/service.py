"""Measure the service: how fast what is due is dispatched, and how fast a search answers over many jobs.

Usage: python benchmarks/service.py [--schedulings 10000] [--jobs 1000000]
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import identitysync as idx
from identitysync.stores import open_service_store, stamp
from identitysync.values import json_bytes

START = datetime(2026, 1, 1, tzinfo=UTC)


def dispatch(folder: Path, count: int) -> None:
    """Run schedulings that are all due now, with jobs that read an empty file."""
    (folder / "in.json").write_text("[]")
    steps = [
        idx.Step("read", "datasource.read.file", {"url": str(folder / "in.json")}, next=["parse"]),
        idx.Step("parse", "file.parse.json"),
    ]
    for what in ("claimed", "claimed, run and kept"):
        with idx.IdentitySync(folder / f"{what}.db") as service:
            flow = service.create_dataflow(idx.Dataflow(name="empty", steps=steps))
            began = time.perf_counter()
            for number in range(count):
                service.create_scheduling(idx.Scheduling(name=f"{number}", dataflow_id=flow))
            print(f"create    {count:>9,} schedulings   {time.perf_counter() - began:8.1f} s")
            began, used = time.perf_counter(), time.process_time()
            if what == "claimed":
                now = datetime.now(UTC)
                done = 0
                while service._scheduler.claim(now) is not None:  # noqa: SLF001 - the claim alone
                    done += 1
            else:
                done = sum(job.status == "succeeded" for job in service.run_pending())
            seconds, used = time.perf_counter() - began, time.process_time() - used
            assert done == count
            print(
                f"dispatch  {count:>9,} due at once   {seconds:8.1f} s, {used:.1f} s of one core: {what} (goal: 60 s)"
            )


def search(folder: Path, count: int) -> None:
    """Ask the usual questions of a store with many rows of jobs."""
    store = open_service_store(folder / "search.db")
    flows = 1000
    with store.runs._base.transaction() as tx:  # noqa: SLF001 - as rows would come in over years
        for number in range(count):
            moment = stamp(START + timedelta(seconds=number))
            row = {
                "id": f"{number:032x}", "dataflowId": f"flow{number % flows}", "dataflowName": "nightly export",
                "schedulingId": f"s{number % flows}", "status": "failed" if number % 50 == 0 else "succeeded",
                "createTime": moment, "updateTime": moment, "startTime": moment, "endTime": moment,
                "totalRecords": number % 977, "attemptNumber": 1, "trace": ["reading everything", "job succeeded"],
            }  # fmt: skip
            tx.change(
                """INSERT INTO job (id, flow, dataflow_id, scheduling_id, slot, status, create_time, update_time,
                                    attempt, body)
                   VALUES (:id, :flow, :flow, :scheduling, :now, :status, :now, :now, 1, :body)""",
                {
                    "id": row["id"], "flow": row["dataflowId"], "scheduling": row["schedulingId"], "now": moment,
                    "status": row["status"], "body": json_bytes(row),
                },
            )  # fmt: skip
    store.close()
    late = stamp(START + timedelta(seconds=count - 1000))
    queries = {
        "last five of a flow": "SELECT * FROM idx_job_status WHERE dataflowId='flow7' ORDER BY updateTime DESC LIMIT 5",
        "last five of all": "SELECT * FROM idx_job_status ORDER BY updateTime DESC LIMIT 5",
        "failed since": f"SELECT * FROM idx_job_status WHERE status='failed' AND updateTime >= '{late}'",
        "one job": f"SELECT * FROM idx_job_status WHERE id='{count // 2:032x}'",
        "one scheduling": "SELECT id, status FROM idx_job_status WHERE schedulingId='s9' ORDER BY updateTime DESC LIMIT 20",
    }  # fmt: skip
    with idx.IdentitySync(folder / "search.db") as service:
        for name, query in queries.items():
            took = []
            for _ in range(7):
                began = time.perf_counter()
                found = service.search(query)
                took.append(time.perf_counter() - began)
            assert found
            print(
                f"search    {count:>9,} rows   {median(took) * 1000:8.1f} ms  {name}, {len(found)} found (goal: 50 ms)"
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schedulings", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="identitysync-bench-") as name:
        dispatch(Path(name), given.schedulings)
        search(Path(name), given.jobs)


if __name__ == "__main__":
    main()
