"""Run mappers of which nothing is known on the whole records between two functions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import attrs

from identitysync.compiler.each import each_record
from identitysync.compiler.odd_records import Ran
from identitysync.compiler.tree import PureStep
from identitysync.contract import Mapper
from identitysync.values import Record, copy_records


@attrs.frozen
class Order:
    """Of what whole records are made.

    Attributes:
        table: The table of the native kernel.
        sources: The source of each value in it.
        rows: The numbers of the rows that are wanted, with odd records in their places, as they are then.
        bad: Which records are odd: the segment and the number of each.
    """

    table: Any
    sources: list[Any]
    rows: list[Any]
    bad: Sequence[tuple[int, int]]

    def copied(self) -> "Order":
        """Copy the odd records, which a script may change."""
        rows = list(self.rows)
        for place in [place for _, place in self.bad] if len(rows) == len(self.table) else range(len(rows)):
            if type(rows[place]) is dict:
                rows[place] = copy_records([rows[place]])[0]
        return attrs.evolve(self, rows=rows)


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
        out: list[Record | None] = []
        rejects = each_record(
            batch, workers[step.id].map, out.append, atomic=step.script.atomic, check=check,
            again=partial(_mapped_again, steps[:number], again, workers, check),
        )  # fmt: skip
        kept = [record for record in out if record is not None]
        if len(kept) < len(out):
            ran.dropped[step.id] = ran.dropped.get(step.id, 0) + len(out) - len(kept)
        if rejects:
            ran.rejects.setdefault(step.id, []).extend(rejects)
        batch = kept
    return batch


def _mapped_again(
    steps: Sequence[PureStep],
    again: Callable[[], list[Record]],
    workers: Mapping[str, Mapper],
    check: Callable[[], object],
) -> list[Record]:
    return mapped(steps, again(), again, workers, Ran(0), check)
