"""Who takes part, and the rounds: every contestant once per round, one after the other, on the same files."""

import shutil
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

from accounts import write_csv, write_json_lines
from measure import Failed, Measured, measure
from verify import compare

SCRIPTS = Path(__file__).parent / "contestants"
START_RECORDS = 10
"""On so few records, what a contestant takes is its start: interpreter and imports."""


@dataclass(frozen=True)
class Contestant:
    """A script with its options; peers run in an environment of their own, slow ones on fewer records."""

    name: str
    script: str
    level: str
    options: tuple[str, ...] = ()
    is_peer: bool = True
    is_slow: bool = False


PYTHON = Contestant("straightforward Python", "by_hand.py", "6 zlib", is_peer=False)
OURS = Contestant("identitysync", "ours.py", "1 ISA-L", is_peer=False)
ONE = Contestant("identitysync, 1 worker", "ours.py", "1 ISA-L", ("--workers", "1"), is_peer=False)
TWO = Contestant("identitysync, 2 workers", "ours.py", "1 ISA-L", ("--workers", "2"), is_peer=False)
OPAQUE = Contestant("identitysync, opaque script", "ours.py", "1 ISA-L", ("--opaque",), is_peer=False)
SMALLER = Contestant("identitysync, level 6", "ours.py", "6 zlib", ("--level", "6"), is_peer=False)
POLARS = Contestant("Polars", "with_polars.py", "1 ISA-L")
DUCKDB = Contestant("DuckDB | igzip", "with_duckdb.py", "1 ISA-L")
MILLER = Contestant("Miller | igzip", "with_miller.py", "1 ISA-L", is_slow=True)
PETL = Contestant("petl", "with_petl.py", "1 zlib", is_slow=True)
DLT = Contestant("dlt", "with_dlt.py", "9 zlib", is_slow=True)
SINGER = Contestant("Singer SDK", "with_singer.py", "1 zlib", is_slow=True)
ALL = (PYTHON, OURS, ONE, TWO, OPAQUE, SMALLER, POLARS, DUCKDB, MILLER, PETL, DLT, SINGER)


@dataclass
class Result:
    """What a contestant reached: per round a start alone and a whole run, and how its output differs."""

    records: int
    starts: list[Measured] = field(default_factory=list)
    rounds: list[Measured] = field(default_factory=list)
    output: str = ""

    @property
    def start(self) -> Measured:
        """The quickest start, which whatever else the machine did has touched least."""
        return min(self.starts, key=lambda start: start.wall)

    @property
    def rates(self) -> list[float]:
        """Records per second of each round, the start left out, as far as it is not most of the run."""
        return [self.records / max(each.wall - self.start.wall, each.wall / 2) for each in self.rounds]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """Processor seconds per million records, the start left out."""
        return statistics.median(each.cpu - self.start.cpu for each in self.rounds) / self.records * 1_000_000

    @property
    def memory(self) -> float:
        """Megabytes at the peak."""
        return statistics.median(each.memory for each in self.rounds) / 1_000_000


@dataclass(frozen=True)
class Contest:
    """Runs contestants on one flow.

    Attributes:
        flow: A or B.
        folder: Where sources and outputs lie.
        peers: The interpreter of the peers' environment, or nothing.
    """

    flow: str
    folder: Path
    peers: str | None

    def source(self, records: int) -> Path:
        """Give the accounts as a file, made when it is first asked for."""
        path = self.folder / f"accounts-{records}.{'jsonl' if self.flow == 'A' else 'csv'}"
        if not path.exists():
            (write_json_lines if self.flow == "A" else write_csv)(path, records)
        return path

    def run(self, contestant: Contestant, records: int, target: Path) -> Measured:
        """Let a contestant write into an empty folder."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        python = (self.peers or "") if contestant.is_peer else sys.executable
        script = str(SCRIPTS / contestant.script)
        command = [python, script, self.flow, str(self.source(records)), str(target), *contestant.options]
        return measure(command, self.folder / "printed.txt")

    def rounds(
        self, contestants: list[Contestant], rounds: int, records: int, slow_records: int
    ) -> dict[Contestant, Result]:
        """Let all contestants run, round by round; a peer that fails is told and left out."""
        results = {each: Result(slow_records if each.is_slow else records) for each in contestants}
        for _ in range(rounds):
            for each in list(results):
                try:
                    self._turn(each, results[each])
                except Failed as fault:
                    if not each.is_peer:
                        raise
                    del results[each]
                    print(f"{each.name} failed on flow {self.flow}: {fault}", file=sys.stderr)
        return results

    def _turn(self, contestant: Contestant, result: Result) -> None:
        """Let a contestant run once more, and compare its output the first time."""
        target = self.folder / "target"
        result.starts.append(self.run(contestant, START_RECORDS, target))
        result.rounds.append(self.run(contestant, result.records, target))
        if not result.output:
            result.output = compare(self.flow, self._expected(result.records), target)

    def _expected(self, records: int) -> Path:
        folder = self.folder / f"expected-{records}"
        if not folder.exists():
            self.run(PYTHON, records, folder)
        return folder
