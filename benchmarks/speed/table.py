"""The tables: what each contestant reached, and our ratios beside what issue 4 requires and aims at."""

import statistics
from dataclasses import dataclass

from contest import DLT, DUCKDB, MILLER, ONE, OPAQUE, OURS, PETL, POLARS, PYTHON, SINGER, TWO, Contestant, Result

Results = dict[Contestant, Result]


@dataclass(frozen=True)
class Goal:
    """Our rate over a peer's, required and aimed at, for flow A and for flow B."""

    peer: Contestant
    required: tuple[float, float]
    aimed: tuple[float, float] | None
    ours: Contestant = OURS

    @property
    def label(self) -> str:
        return self.peer.name if self.ours is OURS else f"{self.ours.name} / {self.peer.name.rpartition(', ')[2]}"


GOALS = (
    Goal(PYTHON, (7, 8), (10, 10)),
    Goal(MILLER, (8, 7), (10, 10)),
    Goal(DLT, (11, 9), (15, 15)),
    Goal(PETL, (11, 9), (15, 15)),
    Goal(SINGER, (11, 9), (15, 15)),
    Goal(POLARS, (0.9, 0.65), (1.2, 0.9)),
    Goal(DUCKDB, (0.6, 0.75), (0.85, 1.0)),
    Goal(ONE, (1.5, 1.4), None, ours=TWO),
    Goal(OURS, (0.6, 0.6), None, ours=OPAQUE),
)
MEMORY_SHARE = 1 / 4
MEMORY_LIMIT = 150.0


def reached(results: Results) -> str:
    """Draw one row per contestant: medians over the rounds, and the span of the rates."""
    head = f"{'contestant':<28} {'gzip':<8} {'records':>9} {'start s':>7} {'records/s':>10} {'lowest':>9} {'highest':>9} {'CPU s/M':>8} {'MB':>6}  output against Python's"
    lines = [head, "-" * len(head)]
    for each, result in results.items():
        rates = result.rates
        lines.append(
            f"{each.name:<28} {each.level:<8} {result.records:>9,} {result.start.wall:>7.2f} {result.rate:>10,.0f} {min(rates):>9,.0f} {max(rates):>9,.0f} "
            f"{result.cpu:>8.2f} {result.memory:>6.0f}  {result.output}"
        )
    return "\n".join(lines)


def compared(flow: str, results: Results) -> str:
    """Draw our ratios; each is the median of the ratios within a round."""
    head = f"{'identitysync, records/s over those of':<40} {'measured':>9} {'required':>9} {'aimed at':>9}"
    lines = [head, "-" * len(head)]
    index = "AB".index(flow)
    for goal in GOALS:
        if goal.peer in results and goal.ours in results:
            pairs = zip(results[goal.ours].rates, results[goal.peer].rates, strict=False)
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            required, aimed = goal.required[index], goal.aimed[index] if goal.aimed else None
            lines.append(
                _line(
                    goal.label, f"{ratio:.2f}", f"{required:g}", aimed, ratio >= required, ratio >= (aimed or required)
                )
            )
    if OURS in results and POLARS in results:
        share = results[OURS].memory / results[POLARS].memory
        lines.append(
            _line("memory over that of Polars", f"{share:.2f}", f"{MEMORY_SHARE:g}", None, share <= MEMORY_SHARE, True)
        )
    if TWO in results:
        memory = results[TWO].memory
        lines.append(
            _line(
                "memory of two workers, MB", f"{memory:.0f}", f"{MEMORY_LIMIT:.0f}", None, memory <= MEMORY_LIMIT, True
            )
        )
    return "\n".join(lines)


def grown(before: Result, after: Result) -> str:
    """Draw how cost and memory grew when the number of records did."""
    times = (after.records / after.rate) / (before.records / before.rate)
    more = after.records / before.records
    lines = [
        _line("times the time", f"{times:.2f}", f"{more:g} ± 10 %", None, abs(times / more - 1) <= 0.1, True),
        _line("times the memory", f"{after.memory / before.memory:.2f}", "1 + 10 %", None, after.memory <= 1.1 * before.memory, True),
    ]  # fmt: skip
    return "\n".join(lines)


def _line(label: str, measured: str, required: str, aimed: float | None, met: bool, beyond: bool) -> str:
    verdict = "MISSED" if not met else "met, and the aim" if beyond and aimed else "met"
    return f"{label:<40} {measured:>9} {required:>9} {'' if aimed is None else f'{aimed:g}':>9}  {verdict}"
