"""What a script answers about a record that cannot go on."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

import attrs

from identitysync.values import Record


@attrs.frozen
class Rejected:
    """Say that one record cannot go on.

    Attributes:
        record: What goes to the step's ``error`` edges, or becomes a dead letter: the record as it entered the step.
        message: Why, in a sentence that holds no secret.
        code: A short stable word, or a number of the other system as text.
        replay: What ``replay`` sends through the step again, when that is not ``record`` itself.
        error: What ``_errorDetails`` shall hold beside code, message and step.
    """

    record: Record
    message: str
    code: str = "rejected"
    replay: Record | None = None
    error: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Note:
    """Something that a reader, a parser or a flat-mapper wants to see in the trace, given among its records.

    Attributes:
        text: The line.
        level: How much it matters; ``debug`` lines may hold personal data.
    """

    text: str
    level: Literal["info", "error", "debug"] = "info"


class Kept(Enum):
    """The type of ``KEPT``."""

    KEPT = "kept"


KEPT: Final = Kept.KEPT
"""What a flat-mapper gives for a record, or a file, that it keeps for its ``finish``: it counts as passed."""


Answer: TypeAlias = Record | list[Record] | Rejected | None
"""What a look-up says of one record: the record, several, none (dropped), or its reject."""
