"""What became of a block, in the order in which it happened; it travels from where work is done to where it counts."""

from typing import TypeAlias

import attrs

from identitysync.contract import Block, Layout, Note, Rejected
from identitysync.errors import FormatError
from identitysync.report import StepReport
from identitysync.values import Record


@attrs.frozen
class Refused:
    """Records that a step rejected.

    Attributes:
        step: The step's id.
        rejects: The rejects.
        unread: Whether they never entered the flow.
    """

    step: str
    rejects: list[Rejected]
    unread: bool


@attrs.frozen
class Gone:
    """Records that left the region.

    Attributes:
        target: The id of the step that gets them.
        records: The records.
    """

    target: str
    records: list[Record]


@attrs.frozen
class Made:
    """Bytes of a file.

    Attributes:
        formatter: The id of the formatter's step.
        block: The bytes, packed where the file is.
        size: How many bytes they are when they are not packed.
        layout: Their layout.
    """

    formatter: str
    block: bytes
    size: int
    layout: Layout


Happening: TypeAlias = Refused | Gone | Made


@attrs.define
class Outcome:
    """What became of a block.

    Attributes:
        entered: How many records it held.
        counts: What each step did, by its id.
        happenings: What came of them.
        notes: Lines for the trace.
        rest: The end of the block, when it belongs to the next one.
        fault: Why the file cannot be read any further.
    """

    entered: int = 0
    counts: dict[str, StepReport] = attrs.field(factory=dict)
    happenings: list[Happening] = attrs.field(factory=list)
    notes: list[Note] = attrs.field(factory=list)
    rest: Block | None = None
    fault: FormatError | None = None
