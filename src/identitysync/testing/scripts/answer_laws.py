"""Look-ups and record writers answer once per record, in order, whatever the other system thinks of single ones."""

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any, Final, cast

from identitysync.contract import GoesAhead, Lookup, RecordWriter, Rejected, Services
from identitysync.testing.remotes.ground import BrokenLaw, expect
from identitysync.testing.scripts.other_end import OtherEnd
from identitysync.testing.scripts.plain import is_plain, same
from identitysync.testing.scripts.record_laws import nasty_variants
from identitysync.testing.scripts.subject import Subject
from identitysync.values import Record, copy_records

_PATIENCE: Final = 60
"""Seconds after which an answer is taken for one that never comes."""


def each_record_is_answered_once(subject: Subject) -> None:
    """Of records that are taken and refused in turn, on a bad day, each gets one answer, and that is its own."""
    if subject.other_end is None or not issubclass(subject.cls, Lookup | RecordWriter):
        return
    for ahead in (False, True):
        with subject.other_end() as end:
            pairs = zip_longest(end.good, end.bad)
            entered = [each for pair in pairs for each in pair if each is not None]
            answers = _answers(subject, end, [entered[:1], entered[1:3], entered[3:]], ahead=ahead)
            for before, answer in zip(entered, answers, strict=True):
                if isinstance(answer, Rejected):
                    expect(before in end.bad, f"{before} is refused: {answer.message}")
                    continue
                expect(before in end.good, f"{before} should have been refused, and is answered by {answer}")
                for each in answer if isinstance(answer, list) else [answer]:
                    expect(_goes_with(end, each, before), f"{before} is answered by {each}, which is not its own")


def whatever_comes_is_answered(subject: Subject) -> None:
    """However nasty a record is, it gets its one answer."""
    if subject.other_end is None or not issubclass(subject.cls, Lookup | RecordWriter):
        return
    with subject.other_end() as end:
        halves = [dict.fromkeys(record, "\ud800") for record in end.good[:1]]
        _answers(subject, end, [[{}, *halves], nasty_variants([*end.good[:1], *end.bad[:1]])], ahead=True)


def _answers(subject: Subject, end: OtherEnd, batches: Sequence[Sequence[Record]], *, ahead: bool) -> list[Any]:
    """Send batches, with something that goes wrong behind the first, and look at each answer by itself."""
    script = cast(Any, subject.build(end.params))
    entering = [copy_records(batch) for batch in batches if batch]
    with end.services() as services:
        worker = script.open(services)
        ask = _asking(worker, services, ahead=ahead)
        try:
            waiting = [ask(entering[0])]
            end.stumble()
            waiting += [ask(batch) for batch in entering[1:]]
            answers = [answers() for answers in waiting]
        except Exception as fault:  # whatever it raises is the finding
            text = f"it raises {type(fault).__name__}: {fault}; what concerns one record is answered by a Rejected"
            raise BrokenLaw(text) from fault
        finally:
            if worker is not script and hasattr(worker, "close"):
                worker.close()
    for batch, given in zip(entering, answers, strict=True):
        expect(len(given) == len(batch), f"{len(batch)} records get {len(given)} answers")
    whole = list(chain.from_iterable(answers))
    for before, record, answer in zip(chain(*batches), chain(*entering), whole, strict=True):
        _is_fate(subject, before, record, answer)
    return whole


def _asking(worker: Any, services: Services, *, ahead: bool) -> Callable[[list[Record]], Callable[[], Sequence[Any]]]:
    """Give what sends a batch, and gives what tells the answers: at once, or later where the script goes ahead."""
    if ahead and isinstance(worker, GoesAhead):
        begin = worker.begin

        def later(batch: list[Record]) -> Callable[[], Sequence[Any]]:
            begun = begin(batch, services)
            return lambda: begun.result(_PATIENCE)

        return later
    ask = worker.look_up if hasattr(worker, "look_up") else worker.write

    def now(batch: list[Record]) -> Callable[[], Sequence[Any]]:
        answers = ask(batch, services)
        return lambda: answers

    return now


def _is_fate(subject: Subject, before: Record, record: Record, answer: Any) -> None:
    if isinstance(answer, Rejected):
        expect(bool(answer.message) and bool(answer.code), f"the reject of {before} has no reason or no code")
        entered = answer.record if answer.replay is None else answer.replay
        restored = answer.record is record and not subject.cls.atomic  # by a run, which keeps a copy for that
        kept = restored or same(entered, before)
        expect(kept, f"the reject of {before} carries {entered}, which is not the record as it entered")
        return
    many = isinstance(answer, list) and issubclass(subject.cls, Lookup)
    for each in answer if many else [answer]:
        expect(isinstance(each, dict) or (each is None and not many), f"{before} is answered by {each!r}")
        is_plain(each)


def _goes_with(end: OtherEnd, answer: Any, before: Record) -> bool:
    return isinstance(answer, dict) and same(end.key.get(answer), end.key.get(before))


ANSWER_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    each_record_is_answered_once,
    whatever_comes_is_answered,
)
