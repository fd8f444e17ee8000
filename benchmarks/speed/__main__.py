"""The library against its peers, on two flows: ``nox -s bench``, or ``python benchmarks/speed --peers PYTHON``.

A takes JSON lines to quoted, separated values, B takes a table to nested JSON lines; both compress by gzip.
docs/explanation/speed.md tells how it is measured.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from contest import ALL, OURS, TWO, Contest, Contestant
from table import compared, grown, reached


def arguments() -> argparse.Namespace:
    told = argparse.ArgumentParser(prog="benchmarks/speed")
    told.add_argument("--peers", metavar="PYTHON", help="the interpreter of the environment of peers.txt")
    told.add_argument("--flow", choices=["A", "B"], action="append", help="one flow only")
    told.add_argument(
        "--only",
        metavar="SCRIPT",
        action="append",
        help="one contestant only, such as ours.py or with_polars.py; by_hand.py comes along",
    )
    told.add_argument("--records", type=int, default=1_000_000)
    told.add_argument("--slow-records", type=int, default=100_000, help="for Miller, petl, dlt and Singer")
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--scale", action="store_true", help="ten times the records too; takes long, and 6 GB of disk")
    return told.parse_args()


def chosen(only: list[str] | None, peers: str | None) -> list[Contestant]:
    """Give those that take part, and tell who cannot."""
    able = []
    for each in ALL:
        if only and each.script not in {"by_hand.py", *only}:
            continue
        if each.is_peer and not peers:
            print(f"{each.name} is left out: --peers names no environment")
        elif each.script == "with_miller.py" and not shutil.which("mlr"):
            print(f"{each.name} is left out: there is no mlr on the PATH")
        else:
            able.append(each)
    return able


def main() -> None:
    told = arguments()
    if told.peers and not shutil.which(told.peers):
        sys.exit(f"--peers names no interpreter: {told.peers}; expected something like .venv-peers/bin/python")
    contestants = chosen(told.only, told.peers)
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {told.rounds} interleaved rounds, load at the start {os.getloadavg()[0]:.1f}"
    )
    for flow in told.flow or ("A", "B"):
        with tempfile.TemporaryDirectory(prefix="speed-") as folder:
            contest = Contest(flow, Path(folder), told.peers)
            size = contest.source(told.records).stat().st_size / 1e6
            print(f"\nflow {flow}: {told.records:,} accounts, {size:.0f} MB", flush=True)
            results = contest.rounds(contestants, told.rounds, told.records, told.slow_records)
            print(f"\n{reached(results)}\n\n{compared(flow, results)}", flush=True)
            if told.scale:
                for each, before in results.items():
                    if each in {OURS, TWO}:
                        after = contest.rounds([each], 1, 10 * told.records, told.slow_records)
                        print(f"\n{each.name}, {10 * told.records:,} records\n{grown(before, after[each])}", flush=True)
    print()
    subprocess.run([sys.executable, str(Path(__file__).parent / "small.py")], check=True)


if __name__ == "__main__":
    main()
