"""Small things, in a process that has imported the library: ten records, and a flow of thirty steps."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from accounts import write_json_lines
from contestants.ours import load

import identitysync as idx

LIMIT = 100.0
REPEATS = 9


def times(call: Callable[[], object]) -> tuple[float, float]:
    """Give the milliseconds of the first call, which imports what it needs, and the median of those after it."""
    taken = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return taken[0], statistics.median(taken[1:])


def thirty(flow: idx.Dataflow) -> idx.Dataflow:
    """Lengthen flow A to thirty steps by expressions that keep the records as they are."""
    last = "eval"
    for number in range(30 - len(flow.steps)):
        expression = {"field": "subscribed", "expression": f"subscribed eq '{number}' ? 'true' : subscribed"}
        id = f"eval {number}"
        flow = flow.insert_after(last, idx.Step(id, "field.evaluate", {"language": "jexl", "fields": [expression]}))
        last = id
    return flow


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "ten.jsonl"
        write_json_lines(source, 10)
        flow = load("A", source, folder / "out")
        long = thirty(flow)

        def run() -> None:
            idx.run(flow, progress=False).raise_for_status()

        shown = (
            ("run of 10 records", run),
            ("preview of 10 records", lambda: idx.preview(flow)),
            ("check of 30 steps", lambda: idx.check(long)),
            ("check, compilation and preview of 30 steps", lambda: idx.preview(long, limit=1)),
        )
        print(f"{'milliseconds':<44} {'first':>7} {'later':>7} {'limit':>7}")
        for label, call in shown:
            first, later = times(call)
            print(f"{label:<44} {first:>7.1f} {later:>7.1f} {LIMIT:>7.0f}  {'met' if first <= LIMIT else 'MISSED'}")


if __name__ == "__main__":
    main()
