"""Compare two outputs: byte by byte, else row by row."""

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 20


def compare(flow: str, expected: Path, found: Path) -> str:
    """Tell how the files in a folder differ from those expected, uncompressed.

    Rows are compared by their values under the expected names: their order, the way in which null is quoted, blanks
    between the parts of JSON, and columns that a contestant adds do not count.
    """
    if _digest(expected) == _digest(found):
        return "equal bytes"
    rows = _dsv_rows if flow == "A" else _json_rows
    names = next(rows(expected))
    wanted, given = Counter(map(hash, _chosen(rows(expected), names))), Counter(map(hash, _chosen(rows(found), names)))
    differing = max((wanted - given).total(), (given - wanted).total())
    return f"{differing:,} of {wanted.total():,} rows differ" if differing else "equal rows"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.gz"))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        with gzip.open(path) as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _chosen(rows: Iterator[dict[str, object]], names: dict[str, object]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield tuple([row.get(name) for name in names])


def _dsv_rows(folder: Path) -> Iterator[dict[str, object]]:
    for path in _files(folder):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream, delimiter="|")


def _json_rows(folder: Path) -> Iterator[dict[str, object]]:
    for path in _files(folder):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            for line in stream:
                yield {name: json.dumps(value, sort_keys=True) for name, value in json.loads(line).items()}
