"""Compiled expressions against pyjexl's evaluator on a cached tree, side by side in one run. ``python benchmarks/jexl.py``.

Both languages of ours are measured on expressions that mean the same to pyjexl, which has parsed them once. Prints
nanoseconds per record, and how many times faster ours is.
"""

import argparse
import gc
import statistics
import time

from pyjexl import JEXL
from pyjexl.evaluator import Context, Evaluator

from identitysync.languages import jexl, pyjexl
from identitysync.testing import generate_accounts

CASES = [
    # what it is, in Mozilla's language, in Commons JEXL
    ("choice", "data.subscribed == 'Yes' ? 'true' : 'false'", "data.subscribed eq 'Yes' ? 'true' : 'false'"),
    ("both spellings", "data.subscribed == 'Yes' ? 'true' : 'false'", "data_subscribed eq 'Yes' ? 'true' : 'false'"),
    (
        "and, or",
        "profile.age > 30 && profile.city == 'Paris' || data.subscribed == 'Yes'",
        "profile.age > 30 and profile.city eq 'Paris' or data.subscribed eq 'Yes'",
    ),
    (
        "choices in a row",
        "profile.age > 60 ? 'old' : profile.age > 40 ? 'ripe' : profile.age > 20 ? 'young' : 'new'",
        "profile.age > 60 ? 'old' : profile.age > 40 ? 'ripe' : profile.age > 20 ? 'young' : 'new'",
    ),
    (
        "empty or null",
        "profile.city == '' || profile.city == null ? '#N/A' : profile.city",
        "profile.city eq '' || profile.city eq null ? '#N/A' : profile.city",
    ),
]
GOAL = 15


def nanoseconds(work, records, rounds):
    """Give the median time of a round, per record."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        for record in records:
            work(record)
        times.append((time.perf_counter_ns() - began) / len(records))
    return statistics.median(times)


def inlined(expression, records, rounds):
    """Give the median time per record where the code stands in the loop, as it does in the record compiler."""
    source, constants = expression.emit("row", "e_")
    namespace = dict(constants)
    exec(f"def run(rows):\n    for row in rows:\n        {source}\n", namespace)
    times = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        namespace["run"](records)
        times.append((time.perf_counter_ns() - began) / len(records))
    return statistics.median(times)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("records", nargs="?", type=int, default=2000)
    options.add_argument("rounds", nargs="?", type=int, default=15)
    chosen = options.parse_args()
    records = [{"profile": {}, "data": {}, **account} for account in generate_accounts(chosen.records)]
    for record in records:  # pyjexl cannot go through null
        record["profile"].setdefault("age", 0)
    engine, evaluator = JEXL(), None
    evaluator = Evaluator(engine.config)
    gc.disable()
    ratios = []
    print(f"{'ns per record':20} {'pyjexl':>8} {'jexl':>8} {'inlined':>8} {'Mozilla':>8} {'jexl':>9} {'Mozilla':>9}")
    for name, mozilla, commons in CASES:
        tree = engine.parse(mozilla)
        mine, other = jexl.compile(commons), pyjexl.compile(mozilla)
        assert all(
            evaluator.evaluate(tree, Context(record)) == mine(record) == other(record) for record in records[:200]
        ), name
        theirs = nanoseconds(
            lambda record, tree=tree: evaluator.evaluate(tree, Context(record)), records, chosen.rounds
        )
        called, moz = nanoseconds(mine, records, chosen.rounds), nanoseconds(other, records, chosen.rounds)
        inside = inlined(mine, records, chosen.rounds)
        ratios.append(theirs / called)
        print(
            f"{name:20} {theirs:8.0f} {called:8.0f} {inside:8.0f} {moz:8.0f} {theirs / called:8.1f}x {theirs / moz:8.1f}x"
        )
    print(f"median: {statistics.median(ratios):.1f} times pyjexl's evaluator (goal: {GOAL})")


if __name__ == "__main__":
    main()
