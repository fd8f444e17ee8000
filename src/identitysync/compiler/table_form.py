"""Records that come as a table of the native kernel, and go as cells: only what is computed becomes a Python object."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from identitysync.compiler.fields import KnownFields
from identitysync.compiler.form import NAMES, Whole
from identitysync.compiler.places import Node, Object
from identitysync.compiler.shape import Leaf
from identitysync.compiler.shape import Node as Shape
from identitysync.compiler.source import Source
from identitysync.contract import Cells, EmittingCells, Formatter, Layout, Rows, Unfit, Value, parts_of
from identitysync.native import KINDS

_MUTABLE: Final = frozenset({list, dict})
_IDLE: Final = re.compile(r"(\s*(try:|#|pass|a\d+\(i\)|except Exception:|note\(.*\)))*\s*")
"""A body that does nothing but to take each record, and to bear that there are surprises."""

_CONSTANT: Final = re.compile(r"k\d+|U|None|True|False")


class TableForm:
    """The form of functions that work on the columns of a table.

    Attributes:
        columns: The number of the column for each name of a field.
    """

    def __init__(self, columns: dict[str, int], *, ordered: bool = False) -> None:
        """Begin.

        Args:
            columns: The columns as they are read.
            ordered: Whether a record whose fields have another order is a surprise.
        """
        self.columns = columns
        self._ordered = ordered
        self._computed: list[str] = []
        self._places: list[str] = []
        self._made: list[str] = []
        self._surprising: list[int] = []

    def end(self, source: Source, fields: KnownFields, script: Formatter, layout: Layout, add: str) -> Rows | Cells:
        """Put what was computed into its list; all else is a column already."""
        if not isinstance(script, EmittingCells):
            raise Unfit("its rows are made of Python objects")
        cells = script.emit_cells(fields, layout)
        self._place(source, cells.values, add)
        return cells

    def whole(self, source: Source, fields: KnownFields, add: str) -> Whole:
        """Put what was computed into its list, as long as no record holds the same array or object twice."""
        parts, values = parts_of(fields.tree())
        for value in values:
            if value.source not in self.columns and value.kinds & {"list", "dict"}:
                source.line(f"if {value.source}.__class__ in {source.constant(_MUTABLE)}: raise Surprise")
        self._place(source, values, add)
        return Whole(parts)

    def _place(self, source: Source, values: Sequence[Value], add: str) -> None:
        places: dict[str, str] = {}
        for value in values:
            if value.source in places:
                continue
            if value.source in self.columns:
                places[value.source] = str(self.columns[value.source])
            elif _CONSTANT.fullmatch(value.source):
                places[value.source] = f"({value.source},)"
            else:
                name = places[value.source] = source.name("c")
                self._computed.append(name)
                source.line(f"{name}[i] = {value.source}")
        source.line(f"{add}(i)")
        self._places.append(f"[{', '.join(places[value.source] for value in values)}]")

    def natively(self, source: str, method: str, given: Sequence[bytes | int | str]) -> str | None:
        """Have the kernel make a column of another: gives the new name, or None when one of them is no column."""
        named = [source, *(each for each in given if isinstance(each, str))]
        if any(each not in self.columns for each in named):
            return None
        arguments = [self.columns[each] if isinstance(each, str) else each for each in (source, *given)]
        self._made.append(f"items.{method}({', '.join(map(repr, arguments))})")
        name = f"v{len(self.columns)}"
        self.columns[name] = len(self.columns)
        return name

    def surprising(self, source: str) -> bool:
        """Have the kernel find the records that have a value."""
        if source not in self.columns:
            return False
        self._surprising.append(self.columns[source])
        return True

    def loop(self, body: str) -> tuple[list[str], str, list[str]]:
        """Take those columns as objects that the body uses."""
        used = set(NAMES.findall(body))
        names = [name for name in self.columns if name in used]
        before = [*self._made, "n = len(items)", *(f"{name} = [None] * n" for name in self._computed)]
        first: list[str] = []
        if self._ordered or self._surprising:
            before.append(f"odd = items.odd({self._surprising}, {self._ordered})")
            first.append("if i in odd: raise Surprise")
        if _IDLE.fullmatch(body):
            outs = [f"o{number}" for number in range(len(self._places))]
            before += [f"{out} += range(n)" for out in outs]
            odd = ["for i in sorted(odd):", "    note((0, i))", *(f"    {out}[i] = None" for out in outs)]
            return [*before, *(odd if first else [])], "", []
        if not names:
            return before, "for i in range(n):", first
        columns = ", ".join(f"column({self.columns[name]})" for name in names)
        before.append("column = items.column")
        return before, f"for i, {', '.join(names)} in zip(range(n), {columns}):", first

    def places(self) -> str:
        """Give the source of where the cells of each formatter are."""
        return f"({''.join(f'{each}, ' for each in self._places)})"


def columns_of(shape: Shape, columns: dict[str, int]) -> tuple[dict[str, Node], tuple[Any, ...]]:
    """Give the fields of records that are read into a table, and what the kernel must know to read them.

    Args:
        shape: The shape of the records.
        columns: Filled in: the number of the column for each name of a field.

    Returns:
        The fields; and for each its name, its kinds as bits, whether it is always there, and the fields in it.
    """
    return _columns(shape, columns, sure=True)


def _columns(shape: Shape, columns: dict[str, int], *, sure: bool) -> tuple[dict[str, Node], tuple[Any, ...]]:
    made: dict[str, Node] = {}
    known: list[tuple[bytes, int, bool, Any]] = []
    for name, each in shape.fields.items():
        number = len(columns)
        source = f"{'p' if isinstance(each, Shape) else 'v'}{number}"
        columns[source] = number
        wire = msgspec.json.encode(name)[1:-1]
        if b"\\" in wire:
            raise Unfit("the name of a field is written with escapes")
        if isinstance(each, Leaf):
            made[name] = Value(source, each.sure, each.maybe or not sure)
            known.append((wire, sum(KINDS[kind] for kind in each.sure), not each.maybe, None))
            continue
        tests = [f"{source} is not U"] if each.maybe or not sure else []
        tests += [f"{source} is not None"] if each.null else []
        null = Value(f"({source} if {source} is None else U)", frozenset({"null"}), maybe=True) if each.null else None
        # where there is no object, its columns are empty
        fields, inside = _columns(each, columns, sure=sure and not tests)
        made[name] = Object(fields, " and ".join(tests), null, source)
        kinds = KINDS["dict"] | (KINDS["null"] if each.null else 0)
        known.append((wire, kinds, not each.maybe, inside))
    return made, tuple(known)
