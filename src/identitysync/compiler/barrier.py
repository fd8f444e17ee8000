"""Run mappers of which nothing is known on the whole records between two functions."""

from collections.abc import Callable, Mapping, Sequence

from identitysync.compiler.each import UNHEARD, refusal
from identitysync.compiler.odd_records import Ran
from identitysync.compiler.tree import PureStep
from identitysync.contract import Mapper
from identitysync.values import Record


def mapped(
    steps: Sequence[PureStep],
    batch: list[Record],
    again: Callable[[], list[Record]],
    workers: Mapping[str, Mapper],
    ran: Ran,
    check: Callable[[], object],
) -> list[Record]:
    """Run records through mappers.

    Args:
        steps: The mappers.
        batch: The records, which may be changed.
        again: Gives the same records once more, where one must be told of as it entered.
        workers: What the mappers' ``open`` gave, by step id.
        ran: Where it is told which records were rejected or dropped.
        check: Is called now and then, and may raise.

    Returns:
        The records that came through.
    """
    for number, step in enumerate(steps):
        kept: list[Record] = []
        bad: list[tuple[int, Exception]] = []
        keep, work = kept.append, workers[step.id].map
        for start in range(0, len(batch), UNHEARD):
            check()
            for index, record in enumerate(batch[start : start + UNHEARD], start):
                try:
                    made = work(record)
                except Exception as fault:  # noqa: BLE001 - whatever a script raises concerns this record alone
                    bad.append((index, fault))
                else:
                    if made is not None:
                        keep(made)
        dropped = len(batch) - len(kept) - len(bad)
        if dropped:
            ran.dropped[step.id] = ran.dropped.get(step.id, 0) + dropped
        if bad:
            entered = batch if step.script.atomic else mapped(steps[:number], again(), again, workers, Ran(0), check)
            ran.rejects.setdefault(step.id, []).extend(refusal(fault, entered[index]) for index, fault in bad)
        batch = kept
    return batch
