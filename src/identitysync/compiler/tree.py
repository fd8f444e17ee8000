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
class Segment:
    """Steps that follow each other, and what comes behind the last of them.

    Attributes:
        number: The segment's number; those behind it have higher ones.
        steps: Mappers.
        leaf: The formatter at its end, if it ends.
        branches: The segments behind it, if it goes on.
    """

    number: int
    steps: tuple[PureStep, ...]
    leaf: PureStep | None
    branches: tuple["Segment", ...]

    def all(self) -> Iterator["Segment"]:
        """Give this segment and all behind it."""
        yield self
        for branch in self.branches:
            yield from branch.all()

    def leaves(self) -> list[PureStep]:
        """Give the formatters at its ends."""
        return [segment.leaf for segment in self.all() if segment.leaf is not None]


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
    numbers = iter(range(len(steps) + 1))

    def segment(ids: tuple[str, ...]) -> Segment:
        number = next(numbers)
        chain: list[PureStep] = []
        while len(ids) == 1:
            step = steps.get(ids[0])
            if step is None:
                raise Unfit(f"{ids[0]} needs whole records")
            if met[step.id] > 1:
                raise Unfit(f"several ways lead to {step.id}")
            if isinstance(step.script, Formatter):
                if not isinstance(step.script, EmittingRows):
                    raise Unfit(f"{step.id} needs whole records: its script cannot be part of a function")
                return Segment(number, tuple(chain), step, ())
            if not isinstance(step.script, Mapper) or not isinstance(step.script, Emitting):
                raise Unfit(f"{step.id} needs whole records: its script cannot be part of a function")
            chain.append(step)
            ids = step.next
        if not ids:
            raise Unfit("a way ends without a formatter")
        return Segment(number, tuple(chain), None, tuple(segment((id,)) for id in ids))

    return segment(first)
