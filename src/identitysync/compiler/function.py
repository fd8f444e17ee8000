"""Make one function of a tree of steps, for records of one shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import msgspec

from identitysync.compiler.fields import KnownFields
from identitysync.compiler.form import Form, RowForm, Whole
from identitysync.compiler.places import Node, Object
from identitysync.compiler.shape import Leaf, struct_of
from identitysync.compiler.shape import Node as Shape
from identitysync.compiler.source import Source
from identitysync.compiler.table_form import TableForm, columns_of
from identitysync.compiler.tree import Barrier, Segment
from identitysync.contract import Cells, Emitting, Formatter, Layout, Rows, Unfit, Value

Run = Callable[[Any], tuple[list[tuple[int, int]], tuple[list[Any], ...], tuple[int, ...], tuple[list[Any], ...]]]
"""Takes what a block was decoded to; gives the records that need a closer look (segment and index), the rows for each
leaf with None in their places, how many records each condition dropped, and where the cells of each leaf are."""


@attrs.frozen
class Function:
    """A tree of steps as one function.

    Attributes:
        source: Its source, for people.
        run: The function.
        rows: What each leaf makes of its rows.
        drops: The ids of the steps that drop records, in the order of their counts.
        lines: How many lines each step has in it, by its id.
        type: The class that records are decoded into; None where they come as rows.
    """

    source: str = attrs.field(repr=False)
    run: Run
    rows: tuple[Rows | Cells | Whole, ...]
    drops: tuple[str, ...]
    lines: Mapping[str, int]
    type: Any = None


def for_rows(tree: Segment, names: Sequence[str], layouts: Mapping[str, Layout]) -> Function:
    """Make the function for records that all have the same fields, all of them text, and come as lists.

    Args:
        tree: The steps.
        names: The names of the fields.
        layouts: What is known of the leaves' layouts, by id.

    Returns:
        The function.

    Raises:
        Unfit: A step cannot be part of it.
    """
    values = [f"v{number}" for number in range(1, len(names) + 1)]
    top: dict[str, Node] = {name: Value(value, frozenset({"str"})) for name, value in zip(names, values, strict=True)}
    return _made(Source(), tree, top, RowForm([], f"{', '.join(values)}, = r"), layouts, ordered=True)


def for_objects(tree: Segment, shape: Shape, layouts: Mapping[str, Layout]) -> Function:
    """Make the function for records that are decoded into a class of their shape.

    Args:
        tree: The steps.
        shape: The shape of the records.
        layouts: What is known of the leaves' layouts, by id.

    Returns:
        The function.

    Raises:
        Unfit: A step cannot be part of it.
    """
    attributes: dict[int, str] = {}
    classes: dict[int, Any] = {}
    kind = struct_of(shape, attributes, classes)
    source = Source()

    def empty(node: Shape) -> str:
        missing = classes[id(node)]
        return source.constant(missing(**dict.fromkeys(missing.__struct_fields__, msgspec.UNSET)))

    prelude: list[tuple[str, str]] = []
    top = _nodes("r", shape, attributes, prelude, empty, sure=True)
    return attrs.evolve(_made(source, tree, top, RowForm(prelude), layouts, ordered=False), type=kind)


def for_table(tree: Segment, shape: Shape | Sequence[str], layouts: Mapping[str, Layout]) -> Function:
    """Make the function for records that the native kernel reads into a table.

    Args:
        tree: The steps.
        shape: The shape of the records, or the names of fields that all of them have, all of them text.
        layouts: What is known of the leaves' layouts, by id.

    Returns:
        The function.

    Raises:
        Unfit: A step cannot be part of it.
    """
    if isinstance(shape, Shape):
        try:
            return _of_shape(tree, shape, layouts, ordered=False)
        except Unfit:
            return _of_shape(tree, shape, layouts, ordered=True)
    columns: dict[str, int] = {}
    text = frozenset({"str"})
    for number in range(len(shape)):
        columns[f"v{number}"] = number
    top: dict[str, Node] = {name: Value(source, text) for name, source in zip(shape, columns, strict=True)}
    return _made(Source(), tree, top, TableForm(columns), layouts, ordered=True)


def _of_shape(tree: Segment, shape: Shape, layouts: Mapping[str, Layout], *, ordered: bool) -> Function:
    """Make a function for a table; with an order, for records whose fields have that of the shape."""
    columns: dict[str, int] = {}
    top, known = columns_of(shape, columns)
    form = TableForm(columns, ordered=ordered)
    return attrs.evolve(_made(Source(), tree, top, form, layouts, ordered=ordered), type=known)


def _nodes(
    owner: str,
    shape: Shape,
    attributes: Mapping[int, str],
    prelude: list[tuple[str, str]],
    empty: Callable[[Shape], str],
    *,
    sure: bool,
) -> dict[str, Node]:
    made: dict[str, Node] = {}
    for name, each in shape.fields.items():
        source = f"{owner}.{attributes[id(each)]}"
        prefix = "p" if isinstance(each, Shape) else "v"
        prelude.append((f"{prefix}{len(prelude)}", source))
        source = prelude[-1][0]
        if isinstance(each, Leaf):
            made[name] = Value(source, each.sure, each.maybe or not sure)
            continue
        tests = [f"{source} is not U"] if each.maybe or not sure else []
        tests += [f"{source} is not None"] if each.null else []
        there = " and ".join(tests)
        null = Value(f"({source} if {source} is None else U)", frozenset({"null"}), maybe=True)
        if there:  # an object without any field takes the place of what is not there
            prelude.append((f"p{len(prelude)}", f"{source} if {there} else {empty(each)}"))
        fields = _nodes(prelude[-1][0] if there else source, each, attributes, prelude, empty, sure=sure and not there)
        made[name] = Object(fields, there, null if each.null else None)
    return made


def _made(
    source: Source, tree: Segment, top: dict[str, Node], form: Form, layouts: Mapping[str, Layout], *, ordered: bool
) -> Function:
    rows: dict[str, Rows | Cells | Whole] = {}
    lines: dict[str, int] = {}
    drops: list[tuple[str, str]] = []
    leaves = {leaf.id: number for number, leaf in enumerate(tree.leaves())}
    source.depth = 2

    def segment(part: Segment, fields: KnownFields) -> None:
        depth = source.depth
        source.line("try:")
        source.deeper()
        if part is tree:
            source.line("#")  # where fields get their names
        for step in part.steps:
            before = source.count
            if isinstance(step.script, Emitting):
                step.script.emit(fields)
            lines[step.id] = source.count - before
            drops.extend((step.id, name) for name in fields.dropped())
        leaf, before = part.leaf, source.count
        if isinstance(leaf, Barrier):
            rows[leaf.id] = form.whole(source, fields, f"a{leaves[leaf.id]}")
        elif leaf is not None and isinstance(leaf.script, Formatter):
            rows[leaf.id] = form.end(source, fields, leaf.script, layouts.get(leaf.id, ()), f"a{leaves[leaf.id]}")
            lines[leaf.id] = source.count - before
        for branch in part.branches:
            segment(branch, fields.branch() if len(part.branches) > 1 else fields)
        if source.depth == depth + 1 and not (part.steps or part.leaf or part.branches):
            source.line("pass")
        source.depth = depth
        source.line("except Exception:")
        places = "".join(f"; a{leaves[leaf.id]}(None)" for leaf in part.leaves())
        source.line(f"    note(({part.number}, i)){places}")

    segment(tree, KnownFields(source, top, ordered=ordered, columns=form))
    body = source.text()
    before, loop, first = form.loop(body)
    if not loop:
        body = ""
    head = [
        "def run(items):",
        "    bad = []",
        "    note = bad.append",
        *(f"    o{number} = []\n    a{number} = o{number}.append" for number in leaves.values()),
        *(f"    {name} = 0" for _, name in drops),
        *(f"    {line}" for line in before),
        *([f"    {loop}"] if loop else []),
    ]
    body = body.replace(
        "            #\n", "".join(f"            {line}\n" for line in first) or "            pass\n", 1
    )
    outs = "".join(f"o{number}, " for number in leaves.values())
    counts = "".join(f"{name}, " for _, name in drops)
    text = "\n".join(head) + "\n" + body + f"    return bad, ({outs}), ({counts}), {form.places()}\n"
    try:
        run: Run = source.compiled(text, "run")
    except (SyntaxError, RecursionError, MemoryError) as fault:
        raise Unfit("the function would be too large") from fault
    return Function(text, run, tuple(rows[leaf.id] for leaf in tree.leaves()), tuple(id for id, _ in drops), lines)
