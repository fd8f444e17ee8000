"""What there is to tell of how a flow will run, and how it shows itself."""

from typing import Any, Final

import attrs

_HEADERS: Final = ("step", "how", "why", "≈ µs/record", "measured")


@attrs.frozen
class StepExplanation:
    """How one step will run.

    Attributes:
        id: The step.
        type: Its type.
        how: ``fused``, ``blocks``, ``barrier`` or ``edge``.
        why: More about it, in a sentence.
        lines: How many lines it has in a function.
        estimated: Microseconds for each record, about; None where nobody can know.
        measured: Microseconds for each record in a job that was handed in.
    """

    id: str
    type: str
    how: str
    why: str
    lines: int = 0
    estimated: float | None = None
    measured: float | None = None


@attrs.frozen
class FusedPart:
    """Steps that become one function.

    Attributes:
        steps: Their ids.
        records: ``known`` when the function is made for the fields that records turn out to have, ``any`` otherwise.
        why: Why it is not made for known fields.
        reads: The fields that it reads; empty when it needs whole records.
        split: Whether several processes can share the work.
        why_not_split: Why they cannot.
        source: The function, made for records that have just the fields that are read.
        native: Whether the native kernel reads and writes its records.
        takes_from: The step whose records it takes, called with whole ones; empty where it reads blocks.
        gives_to: The steps that are called with the whole records that it makes.
    """

    steps: tuple[str, ...]
    records: str
    why: str
    reads: tuple[str, ...]
    split: bool
    why_not_split: str
    source: str = attrs.field(repr=False)
    native: bool = False
    takes_from: str = ""
    gives_to: tuple[str, ...] = ()


@attrs.frozen
class Explanation:
    """How a flow will run; shows itself on a terminal and in a notebook.

    Attributes:
        steps: Each step.
        parts: The steps that become functions.
    """

    steps: tuple[StepExplanation, ...]
    parts: tuple[FusedPart, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain data."""
        return attrs.asdict(self)

    def __str__(self) -> str:
        from identitysync.display import table

        lines = [table(_HEADERS, self._rows(), right=(3, 4), widest=70)]
        for part in self.parts:
            lines += ["", *_told(part), "", part.source.rstrip()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from html import escape

        from identitysync.display import html_table

        parts = [html_table(_HEADERS, self._rows(), right=(3, 4))]
        for part in self.parts:
            told = "<br>".join(map(escape, _told(part)))
            parts.append(f"<p>{told}</p><details><summary>source</summary><pre>{escape(part.source)}</pre></details>")
        return "\n".join(parts)

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (each.id, each.how, each.why, _microseconds(each.estimated), _microseconds(each.measured))
            for each in self.steps
        ]


def _told(part: FusedPart) -> list[str]:
    """Tell of a part in sentences."""
    lines = [f"one function: {' > '.join(part.steps)}"]
    if part.records == "known":
        lines.append("  made anew for the fields that the records turn out to have")
    else:
        lines.append(f"  works on records of any shape: {part.why}")
    lines.append(f"  reads {', '.join(part.reads)}" if part.reads else "  needs whole records")
    if part.native:
        taken = f"taken from the records of {part.takes_from}" if part.takes_from else "read"
        given = f"made whole for {', '.join(part.gives_to)}" if part.gives_to else "written"
        lines.append(f"  a block at a time, {taken} and {given} by the native kernel")
    alone = part.native and not (part.takes_from or part.gives_to)
    shared = f"  several {'threads' if alone else 'processes'} can share it"
    lines.append(shared if part.split else f"  one process does it: {part.why_not_split}")
    return lines


def _microseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
