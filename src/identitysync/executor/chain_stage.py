"""Mappers that follow each other as one stage: each record passes through all of them at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from identitysync.compiler import Entered, each_record
from identitysync.contract import Formatter, Layout, Rejected, Unfit
from identitysync.executor.encoding import is_large
from identitysync.executor.record_stages import MapStage
from identitysync.executor.stage import Stage
from identitysync.values import Record

if TYPE_CHECKING:
    from identitysync.compiler import Chain

_FEW: Final = 32
"""Records of a batch for which no function is made."""

_TIMED: Final = 64
"""One batch in so many goes through step by step, so that the time of the others can be told apart by steps."""


class End(Protocol):
    """A stage that makes bytes of records, and can be given bytes that were made of them elsewhere."""

    limit: int | None
    id: str
    counter: Any

    def made(self, block: bytes, layout: Layout) -> None:
        """Take a block."""
        ...

    def records(self, batch: list[Record]) -> None:
        """Take records."""
        ...


class ChainStage(Stage):
    """A number of mappers, and the formatter at their end, if there is one.

    Attributes:
        again: Gives the records of the present batch once more, where they can be had from what they were made of.
    """

    def __init__(self, members: Sequence[MapStage], end: Stage | None, formatter: Formatter | None) -> None:
        """Join stages that are joined already.

        Args:
            members: The stages of the mappers; what the last one gives to stays as it is.
            end: The formatter's stage, when the last one gives to it alone.
            formatter: The formatter.
        """
        super().__init__(members[0], members[0].run)
        self.members = members
        self._end, self._formatter = cast("End | None", end), formatter
        self._chain: Chain | None = None
        self._tried = False
        self.again: Callable[[], list[Record]] | None = None
        self._count = 0
        self._shares: dict[str, float] = {}
        self._atomic = all(member.script.atomic for member in members)

    @property
    def source(self) -> str:
        """The source of the function, if there is one."""
        self._make()
        return self._chain.source if self._chain else ""

    def records(self, batch: list[Record]) -> None:
        """Run records through all mappers."""
        self._count += 1
        if len(batch) < _FEW or self._count % _TIMED == 1 or not self._make():
            self._step_by_step(batch)
            return
        chain: Chain = cast(Any, self._chain)
        started = perf_counter()
        before = Entered(batch, needed=not self._atomic, again=self.again)
        out, kept, troubles, dropped = chain.run(batch)
        drops = dict.fromkeys(range(len(self.members)), 0)
        for number, count in zip(chain.drops, dropped, strict=True):
            drops[number] += count
        rejects: list[list[Rejected]] = [[] for _ in self.members]
        again: list[tuple[int, Record]] = []
        for at, index, record, number in troubles:
            # a step that leaves what it rejects as it was is the one to go on with; else all begins anew
            result = self._redo(
                record if self._atomic else before.record(index), number if self._atomic else 0, rejects, drops
            )
            if result is not None:
                again.append((at, result))
        self._account(len(batch), drops, rejects, perf_counter() - started)
        for member, refused in zip(self.members, rejects, strict=True):
            member.reject(refused)
        self._give(out, kept, troubles, again)

    def finish(self) -> Iterator[None]:
        """Nothing is left: mappers keep nothing back."""
        return iter(())

    def _make(self) -> bool:
        if not self._tried:
            self._tried = True
            try:
                from identitysync.compiler import chain_of

                self._chain = chain_of([(member.script, member.worker) for member in self.members], self._formatter)
            except Unfit:
                self._chain = None
        return self._chain is not None

    def _step_by_step(self, batch: list[Record]) -> None:
        before = [member.counter.seconds for member in self.members]
        self.members[0].records(batch)
        spent = [member.counter.seconds - then for member, then in zip(self.members, before, strict=True)]
        whole = sum(spent, 0.0)
        if len(batch) >= _FEW and whole > 0:
            self._shares = {member.id: each / whole for member, each in zip(self.members, spent, strict=True)}

    def _redo(self, record: Record, start: int, rejects: list[list[Rejected]], drops: dict[int, int]) -> Record | None:
        """Run one record through the scripts themselves, from a step on."""
        for number in range(min(start, len(self.members)), len(self.members)):
            member = self.members[number]
            given: list[Record | None] = []
            refused = each_record([record], member.worker.map, given.append, atomic=member.script.atomic)
            if refused:
                rejects[number] += refused
                return None
            if given[0] is None:
                drops[number] += 1
                return None
            record = given[0]
        return record

    def _account(
        self, received: int, drops: Mapping[int, int], rejects: Sequence[Sequence[Rejected]], seconds: float
    ) -> None:
        for number, member in enumerate(self.members):
            counter = member.counter
            counter.received += received
            counter.dropped += drops[number]
            received -= drops[number] + len(rejects[number])
            counter.passed += received
            counter.emitted += received
            counter.seconds += seconds * self._shares.get(member.id, 1 / len(self.members))

    def _give(self, out: list[Any], kept: list[Any], troubles: Sequence[Any], again: list[tuple[int, Record]]) -> None:
        """Give what came out: bytes where a formatter ends the chain and knows all rows, else records."""
        chain, end = cast(Any, self._chain), self._end
        if troubles:
            for at, record in again:
                kept[at] = record
            kept = [record for record in kept if record is not None]
        if not kept:
            return
        if chain.rows is None or end is None or troubles:
            self._pass(kept)
            return
        started = perf_counter()
        try:
            block = chain.rows.block(out)
        except Exception:  # noqa: BLE001 - record by record it is seen which one it is
            self._pass(kept)
            return
        if is_large(len(block), end.limit):
            self._pass(kept)
            return
        end.counter.received += len(kept)
        end.counter.passed += len(kept)
        end.made(block, chain.rows.layout)
        end.counter.seconds += perf_counter() - started

    def _pass(self, records: list[Record]) -> None:
        """Give records to what is behind the last mapper, which has counted them already."""
        last = self.members[-1]
        last.counter.emitted -= len(records)
        last.give(records)


def chained(stages: Mapping[str, Stage], formatters: Mapping[str, Formatter]) -> list[ChainStage]:
    """Join stages that follow each other, wherever nobody looks in between; what leads to the first then leads to all.

    Args:
        stages: The stages by id, joined.
        formatters: The formatters by the ids of stages that can end a chain.

    Returns:
        The chains.
    """
    leading: dict[int, int] = {}
    for stage in stages.values():
        for target in (*stage.next, *stage.error):
            leading[id(target)] = leading.get(id(target), 0) + 1
    chains: list[ChainStage] = []
    taken: set[int] = set()
    for stage in stages.values():
        if not isinstance(stage, MapStage) or id(stage) in taken:
            continue
        members = [stage]
        behind = _behind(stage, leading)
        while isinstance(behind, MapStage):
            members.append(behind)
            behind = _behind(behind, leading)
        taken |= {id(member) for member in members}
        formatter = formatters.get(behind.id) if behind is not None and not behind.taps else None
        if len(members) > 1 or formatter is not None:
            chains.append(ChainStage(members, behind if formatter else None, formatter))
    heads = {id(chain.members[0]): chain for chain in chains}
    for stage in stages.values():
        stage.next = [heads.get(id(target), target) for target in stage.next]
        stage.error = [heads.get(id(target), target) for target in stage.error]
    return chains


def _behind(stage: Stage, leading: Mapping[int, int]) -> Stage | None:
    """Give the one stage that gets all that another gives, and nothing else, when nobody looks at it."""
    if stage.taps or len(stage.next) != 1 or leading[id(stage.next[0])] != 1:
        return None
    return stage.next[0]
