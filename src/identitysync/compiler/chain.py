"""Make one function of mappers that follow each other, for records that come as dicts."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from identitysync.compiler.dict_fields import DictFields
from identitysync.compiler.source import Source
from identitysync.contract import Emitting, EmittingRows, Formatter, Mapper, Rows, Unfit
from identitysync.values import Record

Trouble = tuple[int, int, Record, int]
"""A record that raised: its place in what came out, its index, the record as it is then, and the step."""


@attrs.frozen
class Chain:
    """Mappers as one function.

    Attributes:
        source: Its source, for people.
        rows: What is made of the rows, when a formatter ends the chain.
        drops: The numbers of the steps that drop records, in the order of their counts.
        inlined: For each step, whether its code is part of the function; others are called.
    """

    source: str = attrs.field(repr=False)
    rows: Rows | None
    drops: tuple[int, ...]
    inlined: tuple[bool, ...]
    _run: Callable[[list[Record]], tuple[list[Any], list[Record], list[Any], tuple[int, ...]]]
    _lines: tuple[int, ...]

    def run(self, batch: list[Record]) -> tuple[list[Any], list[Record], list[Trouble], tuple[int, ...]]:
        """Run a batch through.

        Args:
            batch: The records, which may be changed.

        Returns:
            The rows, or the records where no formatter ends the chain; the records; the troubles, in whose places both
            have None; and how many records each step dropped.
        """
        out, kept, bad, drops = self._run(batch)
        troubles = [(at, index, record, bisect_right(self._lines, line) - 1) for at, index, record, line in bad]
        return out, kept, troubles, drops


def chain_of(steps: Sequence[tuple[Mapper, Any]], end: Formatter | None) -> Chain:
    """Make the function.

    Args:
        steps: The scripts, and what their ``open`` gave.
        end: The formatter behind them, when nothing else is.

    Returns:
        The function.

    Raises:
        Unfit: It would be too large.
    """
    source = Source()
    fields = DictFields(source)
    source.depth = 3
    first: list[int] = []
    drops: list[tuple[int, str]] = []
    inlined: list[bool] = []
    for number, (script, worker) in enumerate(steps):
        first.append(source.count)
        inlined.append(_inlined(source, fields, script))
        if not inlined[-1]:
            name = source.name("d")
            drops.append((number, name))
            source.line(f"r = {source.constant(worker.map)}(r)")
            source.line("if r is None:")
            source.line(f"    {name} += 1")
            source.line("    continue")
        drops.extend((number, name) for name in fields.dropped())
    first.append(source.count)
    rows = _rows(source, fields, end)
    if rows is not None:
        source.line(f"add({rows.source})")
        source.line("keep(r)")
    else:
        source.line("add(r)")
    head = [
        "def run(batch):", "    out = []", "    add = out.append",
        "    kept = []" if rows else "    kept = out", "    keep = kept.append", "    bad = []",
        *(f"    {name} = 0" for _, name in drops),
        "    for i, r in enumerate(batch):", "        try:",
    ]  # fmt: skip
    tail = [
        "        except Exception as fault:",
        "            bad.append((len(out), i, r, fault.__traceback__.tb_lineno))",
        "            add(None)",
        *(["            keep(None)"] if rows else []),
        f"    return out, kept, bad, ({''.join(f'{name}, ' for _, name in drops)})",
    ]
    text = "\n".join(head) + "\n" + source.text() + "\n".join(tail) + "\n"
    try:
        run = source.compiled(text, "run")
    except (SyntaxError, RecursionError, MemoryError) as fault:
        raise Unfit("the function would be too large") from fault
    lines = tuple(len(head) + 1 + line for line in first)
    return Chain(text, rows, tuple(number for number, _ in drops), tuple(inlined), run, lines)


def _inlined(source: Source, fields: DictFields, script: Mapper) -> bool:
    """Write a script's code out, where it has some that works on dicts."""
    before = source.count, source.depth
    if isinstance(script, Emitting):
        try:
            script.emit(fields)
        except Unfit:
            fields.dropped()
        else:
            return True
    source.rewind(*before)
    return False


def _rows(source: Source, fields: DictFields, end: Formatter | None) -> Rows | None:
    before = source.count, source.depth
    if isinstance(end, EmittingRows):
        try:
            return end.emit_rows(fields, ())
        except Unfit:
            source.rewind(*before)
    return None
