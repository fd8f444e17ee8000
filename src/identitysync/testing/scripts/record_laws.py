"""What becomes of records: each passes, is dropped or is rejected, however nasty it is; a fourth fate there is not."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, cast

from identitysync.contract import (
    KEPT,
    File,
    FlatMapper,
    Formatter,
    Layout,
    Mapper,
    Note,
    Parser,
    Rejected,
    Router,
    Settling,
)
from identitysync.errors import FormatError, LanguageError, RecordRejected
from identitysync.testing.remotes.ground import BrokenLaw, expect
from identitysync.testing.scripts.example_laws import written
from identitysync.testing.scripts.plain import is_plain, same
from identitysync.testing.scripts.subject import Subject
from identitysync.values import Record, copy_records

NASTY_VALUES: Final[tuple[Any, ...]] = (
    None, "", " ", "\ufeff", 'say "x"', "a,b;c|d", "a\r\nb", "\0", "=1+1", "\\", "'", "Zoë €🎉", "x" * 5000,
    True, False, 0, -1, 2**63, -(2**70), 10**30, 0.1, -0.0, 1e300, [], {}, [None], [[]], [1, "a", {"b": [2]}],
    {"": ""}, {"a": {"a": {"a": None}}}, {"a.b": 1}, "2026-11-24T01:02:03Z", "null", "${jobId}",
)  # fmt: skip
"""Values that have broken programs before; all of them are plain JSON."""


def nasty_records(subject: Subject) -> list[Record]:
    """Make records that hold nasty values where the script looks for something.

    Args:
        subject: The script; the fields of its examples are used.

    Returns:
        The records.
    """
    good = [record for each in subject.spec.examples if isinstance(each.before, list | tuple) for record in each.before]
    return [{}, *copy_records(good), *nasty_variants(good[:3] or [{"a": 1, "profile.email": "x"}])]


def nasty_variants(good: Sequence[Record]) -> list[Record]:
    """Make records like some that are good, with one nasty value each, or with one field less.

    Args:
        good: The good ones.

    Returns:
        The records.
    """
    made: list[Record] = []
    for record in good:
        for name in record:
            made += [{**record, name: value} for value in NASTY_VALUES]
        made += [{name: value for name, value in record.items() if name != gone} for gone in record]
    return [copy_records([record])[0] for record in made]  # one by one, so that no two share a value


def each_record_has_one_of_three_fates(subject: Subject) -> None:
    """A record passes, is dropped, or is rejected with a reason; what comes out is plain data."""
    for params in subject.settings():
        script = subject.build(params)
        if not isinstance(script, Mapper | FlatMapper | Router):
            return
        worker = script.open()
        for record in nasty_records(subject):
            before = copy_records([record])[0]
            try:
                for out in _through(worker, record):
                    is_plain(out)
            except (RecordRejected, LanguageError) as fault:
                expect(bool(str(fault)), "a reject has no reason")
                if script.atomic:
                    expect(same(record, before), f"a rejected record was changed although it is atomic: {before}")
            except BrokenLaw:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it raises is the finding
                expect(False, f"{before} raises {type(fault).__name__}: {fault}; raise RecordRejected with a reason")
        if isinstance(script, FlatMapper):
            for out in cast(FlatMapper, worker).finish():
                is_plain(out)
        close = getattr(worker, "close", None)
        if worker is not script and callable(close):
            close()


def a_formatter_writes_a_record_or_rejects_it(subject: Subject) -> None:
    """A record is written or rejected; a rejected one leaves no trace in the file."""
    for params in subject.settings():
        script = subject.build(params)
        if not isinstance(script, Formatter):
            return
        kept = []
        encoder = script.open().encoder()
        blocks: list[tuple[bytes, Layout]] = []
        settled = isinstance(encoder, Settling) and encoder.settled
        beginning = (encoder.start(), encoder.layout())
        for record in nasty_records(subject):
            before = copy_records([record])[0]
            try:
                blocks.append((encoder.encode([record]), encoder.layout()))
                kept.append(before)
            except RecordRejected:
                pass
            except BrokenLaw:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it raises is the finding
                expect(False, f"{before} raises {type(fault).__name__}: {fault}; raise RecordRejected with a reason")
            expect(same(record, before), f"a record was changed by being written: {before}")
        changed = (encoder.start(), encoder.layout()) != beginning
        expect(not (settled and changed), "the encoder says that it is settled, and its start or layout has changed")
        made = [block if at == encoder.layout() else encoder.adapt(block, at) for block, at in blocks]
        whole = encoder.start() + encoder.joint.join(made) + encoder.finish()
        expect(whole == written(script, kept), "a rejected record left something in the file")


def what_is_written_is_read_back(subject: Subject) -> None:
    """What the parser reads, the formatter writes as it was: nothing is lost on the way there and back."""
    for params in subject.settings():
        script = subject.build(params)
        if not isinstance(script, Formatter) or subject.undone_by is None:
            return
        if params.get("writeHeader") is False:  # nobody can tell what its columns are
            continue
        parser = subject.undone_by.build(subject.undoing(params))
        for example in subject.spec.examples:
            if not isinstance(parser, Parser) or not isinstance(example.before, list | tuple):
                continue
            text = written(script, copy_records(example.before))
            found = list(parser.parse(File("f", text)))
            back = [record for record in found if isinstance(record, dict)]
            expect(len(back) == len(example.before), f"{text!r} gives {found}")
            expect(written(script, back) == text, f"{text!r} is read as {back}, which is written otherwise")


FOREIGN_BYTES: Final = (
    b"", b"\0", b"\xff\xfe\0\0", b"\xef\xbb\xbf", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"PK\x05\x06" + bytes(18),
    b"\x89LZO\0\r\n\x1a\n", b"-----BEGIN PGP MESSAGE-----\n\nx\n", b"BZh9", b"id,name\n1,x\n", b'[{"a":1}', b"\r\n\r\n",
    b'"', b"{}", bytes(range(256)) * 9, b"\x85\x01\x0c\x03", b"[" * 9999,
)  # fmt: skip
"""Beginnings of files of all kinds, and of none."""


def a_parser_never_crashes(subject: Subject) -> None:
    """Whatever bytes come, there are records, rejects and notes, or a clear error; and nothing is read too early."""
    for params in subject.settings():
        script = subject.build(params)
        if not isinstance(script, Parser):
            return
        for content in FOREIGN_BYTES:
            try:
                for each in islice(script.open().parse(File("f", content)), 5000):
                    expect(isinstance(each, dict | Rejected | Note), f"{content[:20]!r} gives {each!r}")
            except FormatError as fault:
                expect(bool(fault.reason), "an error has no reason")
            except BrokenLaw:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it raises is the finding
                expect(False, f"{content[:20]!r} raises {type(fault).__name__}: {fault}")


def _through(worker: Any, record: Record) -> Iterator[Any]:
    if isinstance(worker, Router) or hasattr(worker, "route"):
        ways = worker.route(record)
        expect(all(isinstance(way, str) for way in ways), f"it routes to {ways!r}, which are no step ids")
        return
    if hasattr(worker, "expand"):
        entered = copy_records([record])[0]
        for each in worker.expand(record):
            if isinstance(each, Rejected):
                expect(same(each.record, entered), f"the reject does not carry the record as it entered: {entered}")
            elif each is not KEPT and not isinstance(each, Note):
                yield each
        return
    out = worker.map(record)
    if out is not None:
        yield out


RECORD_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    each_record_has_one_of_three_fates,
    a_formatter_writes_a_record_or_rejects_it,
    what_is_written_is_read_back,
    a_parser_never_crashes,
)
