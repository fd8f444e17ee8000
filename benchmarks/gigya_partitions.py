"""How much faster accounts are read in parts, against an emulator in a process of its own that takes 50 ms for each call.

A reading with one cursor waits for page after page; ``partitions`` wait for as many pages at once, after some counting.
``python benchmarks/gigya_partitions.py [ACCOUNTS] [PAGE] [ROUNDS]``.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

LATENCY = 0.05
SECRET = "YSBtYWRlLXVwIHNlY3JldA=="


def play_gigya(pipe: Connection, accounts: int) -> None:
    from identitysync.testing import GigyaEmulator, generate_accounts

    with GigyaEmulator("3_bench", "AKbench", SECRET, generate_accounts(accounts), latency=LATENCY) as gigya:
        pipe.send(gigya.url)
        while pipe.recv():
            pipe.send(len(gigya.calls))


@contextmanager
def emulator(accounts: int) -> Iterator[tuple[str, Connection]]:
    """Run an emulator beside this process; give its address, and where it tells how many calls it has answered."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=play_gigya, args=(theirs, accounts), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send(False)
        process.join(10)


def read(url: str, accounts: int, page: int, partitions: int) -> float:
    """Give the seconds that a dataflow needs to read all accounts."""
    import identitysync as idx

    params = {"select": "UID, profile, data", "batchSize": page, "partitions": partitions}
    flow = idx.Dataflow(name="reads", steps=[idx.Step("read", "datasource.read.gigya.account", params)])
    site = idx.Site("3_bench", "AKbench", SECRET, url=url)
    began = time.perf_counter()
    job = idx.run(flow, outputs={"read": lambda _: None}, site=site, progress=False)
    seconds = time.perf_counter() - began
    assert job.total_records == accounts, job.status_details
    return seconds


def main(accounts: int = 20_000, page: int = 100, rounds: int = 3) -> None:
    with emulator(accounts) as (url, told):
        alone = 0.0
        for partitions in (1, 2, 4, 8):
            told.send(True)
            before = told.recv()
            took = min(read(url, accounts, page, partitions) for _ in range(rounds))
            told.send(True)
            calls = (told.recv() - before) // rounds
            alone = alone or took
            row = {"accounts": accounts, "page": page, "partitions": partitions, "calls": calls}
            print(json.dumps(row | {"took_s": round(took, 2)}), f"ratio {alone / took:.2f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
