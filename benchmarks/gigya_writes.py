"""How busy a dataflow keeps the connections that Gigya allows, against an emulator that takes 20 ms for each call.

The ideal is what the connections could do if none of them ever idled: the sum of all latencies, divided by the connections.
One row has a call in fifty that takes ten times as long, which must hold nobody up. The emulator runs in a process of its
own. ``python benchmarks/gigya_writes.py [RECORDS] [ROUNDS]``; it fails when a row of the ten connections that are the
default stays below 90 %.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

LATENCY, SLOW, SLOW_EVERY = 0.02, 0.2, 50
NEEDED = 0.9
DEFAULT = 10
SECRET = "YSBtYWRlLXVwIHNlY3JldA=="


def play_gigya(pipe: Connection, records: int, uneven: bool) -> None:
    from identitysync.testing import GigyaEmulator, generate_accounts

    with GigyaEmulator("3_bench", "AKbench", SECRET, generate_accounts(records), latency=LATENCY) as gigya:
        if uneven:
            gigya.faults.add("slow", times=-1, every=SLOW_EVERY, seconds=SLOW)
        pipe.send(gigya.url)
        pipe.recv()


@contextmanager
def emulator(records: int, uneven: bool) -> Iterator[str]:
    """Run an emulator beside this process, and give its address."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=play_gigya, args=(theirs, records, uneven), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


def write(url: str, records: int, connections: int) -> float:
    """Give the seconds that a dataflow needs to write records."""
    import identitysync as idx
    from identitysync.testing import generate_accounts

    flow = idx.Dataflow(name="writes", steps=[
        idx.Step("read", "file.parse.json", next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": [{"sourceField": "city", "targetField": "profile.city"}]}, next=["write"]),
        idx.Step("write", "datasource.write.gigya.account", {"maxConnections": connections}),
    ])  # fmt: skip
    people = [{"UID": person["UID"], "city": "Graz"} for person in generate_accounts(records)]
    site = idx.Site("3_bench", "AKbench", SECRET, url=url)
    began = time.perf_counter()
    job = idx.run(flow, inputs={"read": people}, site=site, progress=False)
    seconds = time.perf_counter() - began
    assert job.steps["write"].passed == records, job.status_details
    return seconds


def main(records: int = 3000, rounds: int = 3) -> int:
    short = False
    for uneven in (False, True):
        latency = LATENCY + (SLOW - LATENCY) / SLOW_EVERY if uneven else LATENCY
        with emulator(records, uneven) as url:
            for connections in (5, DEFAULT, 20):
                ideal = records * latency / connections
                best = min(write(url, records, connections) for _ in range(rounds))
                ratio = ideal / best
                short |= connections == DEFAULT and ratio < NEEDED
                row = {"records": records, "connections": connections, "slow calls": "1 in 50" if uneven else "none"}
                print(json.dumps(row | {"ideal_s": round(ideal, 2), "took_s": round(best, 2)}), f"ratio {ratio:.2f}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
