"""The part of a plan that can become one function: a tree of steps without a second way to any of them."""

from collections.abc import Iterator

import attrs

from identitysync.contract import Emitting, EmittingRows, Formatter, Mapper, Shape, Unfit


@attrs.frozen
class PureStep:
    """A step that touches nothing but what it is given.

    Attributes:
        id: Its id.
        script: Its script, with its parameters.
        next: The ids that get what it gives.
        error: The ids that get what it rejects.
        ways: The ids to which a router may send records, those that do not run among them.
    """

    id: str
    script: Shape
    next: tuple[str, ...]
    error: tuple[str, ...]
    ways: tuple[str, ...] = ()


@attrs.frozen
class Barrier:
    """Mappers of which nothing is known, so that whole records come to them, and what comes behind them.

    Attributes:
        steps: The mappers.
        behind: The tree of steps behind them.
    """

    steps: tuple[PureStep, ...]
    behind: "Segment"

    @property
    def id(self) -> str:
        """The id of the first one."""
        return self.steps[0].id


@attrs.frozen
class Segment:
    """Steps that follow each other, and what comes behind the last of them.

    Attributes:
        number: The segment's number; those behind it have higher ones.
        steps: Mappers.
        leaf: The formatter or the barrier at its end, if it ends.
        branches: The segments behind it, if it goes on.
    """

    number: int
    steps: tuple[PureStep, ...]
    leaf: PureStep | Barrier | None
    branches: tuple["Segment", ...]

    def all(self) -> Iterator["Segment"]:
        """Give this segment and all behind it."""
        yield self
        for branch in self.branches:
            yield from branch.all()

    def leaves(self) -> list[PureStep | Barrier]:
        """Give the formatters and barriers at its ends."""
        return [segment.leaf for segment in self.all() if segment.leaf is not None]

    def barriers(self) -> list[Barrier]:
        """Give the barriers among them."""
        return [leaf for leaf in self.leaves() if isinstance(leaf, Barrier)]


def tree_of(steps: dict[str, PureStep], first: tuple[str, ...], others: tuple[str, ...] = ()) -> Segment:
    """Make the tree.

    Args:
        steps: The steps by id.
        first: The ids that get the records.
        others: The ids that get what could not be read.

    Returns:
        The tree.

    Raises:
        Unfit: Some step cannot be part of it; the message says which, and why.
    """
    met: dict[str, int] = dict.fromkeys(steps, 0)
    for step in steps.values():
        for id in (*step.next, *step.error):
            met[id] = met.get(id, 0) + 1
    for id in (*first, *others):
        met[id] = met.get(id, 0) + 1

    def tree(ids: tuple[str, ...]) -> Segment:
        numbers = iter(range(len(steps) + 1))

        def segment(ids: tuple[str, ...]) -> Segment:
            number = next(numbers)
            chain: list[PureStep] = []
            while len(ids) == 1:
                step = known(ids[0])
                if isinstance(step.script, Formatter):
                    if not isinstance(step.script, EmittingRows):
                        raise Unfit(f"{step.id} needs whole records: its script cannot be part of a function")
                    return Segment(number, tuple(chain), step, ())
                if not isinstance(step.script, Mapper):
                    raise Unfit(f"{step.id} needs whole records: its script cannot be part of a function")
                if not isinstance(step.script, Emitting):
                    return Segment(number, tuple(chain), barrier(step), ())
                chain.append(step)
                ids = step.next
            if not ids:
                raise Unfit("a way ends without a formatter")
            return Segment(number, tuple(chain), None, tuple(segment((id,)) for id in ids))

        return segment(ids)

    def barrier(step: PureStep) -> Barrier:
        found = [step]
        while len(found[-1].next) == 1:
            behind = known(found[-1].next[0])
            if not isinstance(behind.script, Mapper) or isinstance(behind.script, Emitting):
                break
            found.append(behind)
        return Barrier(tuple(found), tree(found[-1].next))

    def known(id: str) -> PureStep:
        step = steps.get(id)
        if step is None:
            raise Unfit(f"{id} needs whole records")
        if met[step.id] > 1:
            raise Unfit(f"several ways lead to {step.id}")
        return step

    return tree(first)
