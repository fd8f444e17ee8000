"""How busy a dataflow keeps the connections that Gigya allows, against an emulator that takes 20 ms for each call.

The ideal is what the connections could do if none of them ever idled: the sum of all latencies, divided by the connections.
Half of the rows have a call in fifty that takes ten times as long, which must hold nobody up. The emulator runs in a
process of its own. Beside each row stands what bare connections reach that send requests which were signed beforehand: what
they lose, the machine loses. ``python benchmarks/gigya_writes.py [RECORDS] [ROUNDS]``; it fails when the row of even calls
over the ten connections that are the default stays below 90 %, and its bare connections do not.
"""

import http.client
import itertools
import json
import sys
import threading
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


def bare(url: str, records: int, connections: int) -> float:
    """Give the seconds that bare connections need for the same calls, signed beforehand."""
    from identitysync.gigya.auth import key_of, signed_form
    from identitysync.testing import generate_accounts
    from identitysync.values import Secret

    address, key = f"{url}/accounts.setAccountInfo", key_of(Secret(SECRET))
    own = {"apiKey": "3_bench", "userKey": "AKbench", "timestamp": str(int(time.time())), "profile": '{"city":"Graz"}'}
    bodies = [
        signed_form(address, {**own, "UID": person["UID"], "nonce": f"bare {time.time_ns()} {number}"}, key)
        for number, person in enumerate(generate_accounts(records))
    ]
    todo = itertools.count()

    def work() -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        while (number := next(todo)) < records:
            connection.request(
                "POST",
                "/accounts.setAccountInfo",
                bodies[number],
                {"Content-Type": "application/x-www-form-urlencoded"},
            )
            assert b'"errorCode":0' in connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def main(records: int = 3000, rounds: int = 3) -> int:
    short = False
    for uneven in (False, True):
        latency = LATENCY + (SLOW - LATENCY) / SLOW_EVERY if uneven else LATENCY
        with emulator(records, uneven) as url:
            for connections in (5, DEFAULT, 20):
                ideal = records * latency / connections
                ours, theirs = [], []
                for _ in range(rounds):  # in turns, so that both meet the same machine
                    ours.append(ideal / write(url, records, connections))
                    theirs.append(ideal / bare(url, records, connections))
                ratio, control = max(ours), max(theirs)
                short |= connections == DEFAULT and not uneven and ratio < NEEDED <= control
                row = {"records": records, "connections": connections, "slow calls": "1 in 50" if uneven else "none"}
                took = {"ideal_s": round(ideal, 2), "took_s": round(ideal / ratio, 2)}
                print(json.dumps(row | took), f"ratio {ratio:.2f}, bare connections {control:.2f}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
