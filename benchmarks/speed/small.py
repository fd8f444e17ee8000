"""Small things, each in a fresh process that has imported the library: ten records, and a flow of thirty steps."""

import multiprocessing
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


def run(flow: idx.Dataflow) -> None:
    idx.run(flow, progress=False).raise_for_status()


def preview(flow: idx.Dataflow) -> None:
    idx.preview(flow)


def check(flow: idx.Dataflow) -> None:
    idx.check(thirty(flow))


def preview_one(flow: idx.Dataflow) -> None:
    idx.preview(thirty(flow), limit=1)


CALLS: dict[str, Callable[[idx.Dataflow], None]] = {
    "run of 10 records": run,
    "preview of 10 records": preview,
    "check of 30 steps": check,
    "compilation of 30 steps, and preview of 1 record": preview_one,
}


def thirty(flow: idx.Dataflow) -> idx.Dataflow:
    """Lengthen flow A to thirty steps by expressions that keep the records as they are."""
    last = "eval"
    for number in range(30 - len(flow.steps)):
        expression = {"field": "subscribed", "expression": f"subscribed eq '{number}' ? 'true' : subscribed"}
        id = f"eval {number}"
        flow = flow.insert_after(last, idx.Step(id, "field.evaluate", {"language": "jexl", "fields": [expression]}))
        last = id
    return flow


def times(label: str, flow: idx.Dataflow) -> tuple[float, float]:
    """Give the milliseconds of the first call, which imports what it needs, and the median of those after it."""
    taken = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        CALLS[label](flow)
        taken.append((time.perf_counter() - began) * 1000)
    return taken[0], statistics.median(taken[1:])


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "ten.jsonl"
        write_json_lines(source, 10)
        flow = load("A", source, Path(name) / "out")
        print(f"{'milliseconds':<50} {'first':>7} {'later':>7} {'limit':>7}")
        for label in CALLS:
            with multiprocessing.get_context("fork").Pool(1) as pool:
                first, later = pool.apply(times, (label, flow))
            print(f"{label:<50} {first:>7.1f} {later:>7.1f} {LIMIT:>7.0f}  {'met' if first <= LIMIT else 'MISSED'}")


if __name__ == "__main__":
    main()
