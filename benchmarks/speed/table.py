"""The tables: what each contestant reached, and our ratios beside what is required and aimed at."""

import statistics
from dataclasses import dataclass

from contest import DLT, DUCKDB, MILLER, ONE, OPAQUE, OURS, PETL, POLARS, PYTHON, SINGER, TWO, Contestant, Result

Results = dict[Contestant, Result]


@dataclass(frozen=True)
class Goal:
    """A ratio of rates, required and aimed at, for flow A and for flow B."""

    label: str
    ours: Contestant
    other: Contestant
    required: tuple[float, float]
    aimed: tuple[float, float] | None = None


GOALS = (
    Goal("over straightforward Python", OURS, PYTHON, (7, 8), (10, 10)),
    Goal("over Miller", OURS, MILLER, (8, 7), (10, 10)),
    Goal("over dlt", OURS, DLT, (11, 9), (15, 15)),
    Goal("over petl", OURS, PETL, (11, 9), (15, 15)),
    Goal("over Singer SDK", OURS, SINGER, (11, 9), (15, 15)),
    Goal("over Polars", OURS, POLARS, (0.9, 0.65), (1.2, 0.9)),
    Goal("over DuckDB", OURS, DUCKDB, (0.6, 0.75), (0.85, 1.0)),
    Goal("two workers over one", TWO, ONE, (1.5, 1.4)),
    Goal("with an opaque script over without", OPAQUE, OURS, (0.6, 0.6)),
)
MEMORY_SHARE = 1 / 4
MEMORY_LIMIT = 150


def reached(results: Results) -> str:
    """Draw one row per contestant: medians over the rounds, and the span of the rates."""
    heads = ["contestant", "gzip", "records", "start s", "records/s", "lowest", "highest", "x Python", "CPU s/M", "MB"]
    head = _row(*heads, "output against Python's")
    lines = [head, "-" * len(head)]
    for each, result in results.items():
        rates = [f"{rate:,.0f}" for rate in (result.rate, min(result.rates), max(result.rates))]
        against = f"{ratio(result, results[PYTHON]):.2f}"
        start, cpu, memory = f"{result.start.wall:.2f}", f"{result.cpu:.2f}", f"{result.memory:.0f}"
        lines.append(
            _row(each.name, each.level, f"{result.records:,}", start, *rates, against, cpu, memory, result.output)
        )
    return "\n".join(lines)


def compared(flow: str, results: Results) -> str:
    """Draw our ratios, beside what they should be."""
    head = _line("identitysync", "measured", "required", "aimed at", "")
    lines = [head, "-" * len(head)]
    for goal in GOALS:
        if goal.ours in results and goal.other in results:
            found, index = ratio(results[goal.ours], results[goal.other]), "AB".index(flow)
            required, aimed = goal.required[index], goal.aimed[index] if goal.aimed else None
            verdict = _verdict(found >= required) + (", and the aim" if aimed and found >= aimed else "")
            lines.append(_line(goal.label, f"{found:.2f}", f">= {required:g}", f"{aimed:g}" if aimed else "", verdict))
    if OURS in results and POLARS in results:
        share = results[OURS].memory / results[POLARS].memory
        verdict = _verdict(share <= MEMORY_SHARE)
        lines.append(_line("memory over that of Polars", f"{share:.2f}", f"<= {MEMORY_SHARE:g}", "", verdict))
    if TWO in results:
        memory = results[TWO].memory
        verdict = _verdict(memory <= MEMORY_LIMIT)
        lines.append(_line("memory of two workers, MB", f"{memory:.0f}", f"<= {MEMORY_LIMIT}", "", verdict))
    return "\n".join(lines)


def grown(before: Result, after: Result) -> str:
    """Draw how time and memory grew when the number of records did."""
    more = after.records / before.records
    times = more * before.rate / after.rate
    larger = after.memory / before.memory
    return "\n".join(
        [
            _line("times the time", f"{times:.2f}", f"{more:g} +- 10 %", "", _verdict(abs(times / more - 1) <= 0.1)),
            _line("times the memory", f"{larger:.2f}", "<= 1.1", "", _verdict(larger <= 1.1)),
        ]
    )


def ratio(ours: Result, other: Result) -> float:
    """Give the median of the ratios within a round."""
    return statistics.median(mine / theirs for mine, theirs in zip(ours.rates, other.rates, strict=True))


def _row(name: str, level: str, *rest: str) -> str:
    widths = (9, 7, 10, 9, 9, 8, 7, 5)
    cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths, strict=False)]
    return f"{name:<28} {level:<8} {' '.join(cells)}  {rest[-1]}"


def _line(label: str, measured: str, required: str, aimed: str, verdict: str) -> str:
    return f"{label:<36} {measured:>9} {required:>10} {aimed:>9}  {verdict}"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"
