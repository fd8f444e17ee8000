"""A large file is written, and read again, within a memory that does not depend on its size."""

import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Final, cast

from identitysync.contract import Encoder, File, Formatter, Parser, Rejected, Shape
from identitysync.errors import RecordRejected
from identitysync.testing.remotes.ground import expect
from identitysync.testing.scripts.subject import Subject
from identitysync.values import Record, copy_records

_LARGE: Final = 24 << 20
_ALLOWED: Final = 12 << 20
_BATCH: Final = 500
_MOST: Final = 60_000
"""Records at most; where they cannot be made long, it is their number that would fill the memory."""
_LONG: Final = " long" * 200


def records_are_written_in_bounded_memory(subject: Subject) -> None:
    """Records of 24 MB, or 60,000 of them where they cannot be long, are written within 12 MB of memory."""
    script = _first(subject)
    if isinstance(script, Formatter):
        with tempfile.TemporaryDirectory() as folder, _bounded("written"):
            _write(subject, script, Path(folder, "large"))


def files_are_parsed_in_bounded_memory(subject: Subject) -> None:
    """A file of that size is read within 12 MB of memory."""
    script = _first(subject)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large")
        if isinstance(script, Parser) and subject.large_file is not None:
            with path.open("wb") as stream:
                stream.writelines(subject.large_file())
            expect(path.stat().st_size >= _LARGE, f"{path.stat().st_size} bytes are no large file; {_LARGE} are")
            expect(_read(script, path) > 0, "there is no record in the large file")
        elif isinstance(script, Formatter) and subject.undone_by is not None:
            wrote = _write(subject, script, path)
            found = _read(subject.undone_by.build(subject.undoing(next(iter(subject.settings())))), path)
            expect(found == wrote, f"of {wrote} records {found} are read again")


def _first(subject: Subject) -> Shape | None:
    """Build the script with the first of its settings, if it has any."""
    params = next(iter(subject.settings()), None)
    return None if params is None else subject.build(params)


def _write(subject: Subject, script: Formatter, path: Path) -> int:
    """Write a large file as a run does, and count its records; all columns are known after the first batch."""
    encoder = script.open().encoder()
    good = [record for each in subject.spec.examples if isinstance(each.before, list | tuple) for record in each.before]
    likes = cycle([_longer(record, encoder) for record in good if _is_taken(record, encoder)])
    count = 0
    with path.open("wb") as target:
        while count < _MOST and target.tell() < _LARGE:
            batch = [copy_records([record])[0] for record in islice(likes, _BATCH)]  # no two share a value
            block = encoder.encode(batch)
            target.write((encoder.joint if count else encoder.start()) + block)
            count += len(batch)
        target.write(encoder.finish())
    return count


def _longer(record: Record, encoder: Encoder) -> Record:
    """Make the texts of a record longer, or give it one, where that is not refused."""
    made = dict(record)
    for name, value in {"text": "", **record}.items():
        if isinstance(value, str) and _is_taken(made | {name: value + _LONG}, encoder):
            made[name] = value + _LONG
    return made


def _is_taken(record: Record, encoder: Encoder) -> bool:
    try:
        encoder.encode(copy_records([record]))
    except RecordRejected:
        return False
    return True


def _read(parser: Shape, path: Path) -> int:
    """Count the records of a file; nothing else is in it."""
    count = 0
    with _bounded("read"):
        for each in cast(Parser, parser).open().parse(File("large", path)):
            expect(not isinstance(each, Rejected), f"{each!r} in a good file")
            count += isinstance(each, dict)
    return count


@contextmanager
def _bounded(done: str) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    expect(peak < _ALLOWED, f"it takes {peak / (1 << 20):.1f} MB of memory until a large file is {done}")


STREAM_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    records_are_written_in_bounded_memory,
    files_are_parsed_in_bounded_memory,
)
