"""Learn which fields of the records that come in a tree of steps reads, before there are any records."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from identitysync.compiler.shape import Leaf, Node
from identitysync.compiler.tree import Barrier, Segment
from identitysync.contract import Emitting, EmittingRows, Layout, Tree, Unfit
from identitysync.contract.lowering import ANY, Expression, Value
from identitysync.values import FieldPath


class Reads:
    """Fields that take note of what is asked for, and make no code.

    Attributes:
        read: The paths that were read before they were written.
        objects: Those of them that were taken for objects.
        all: Whether whole records are needed.
    """

    def __init__(self, written: Iterable[str] = ()) -> None:
        """Begin with what earlier steps have written."""
        self.read: dict[str, None] = {}
        self.objects: set[str] = set()
        self.all = False
        self._written = set(written)

    def branch(self) -> "Reads":
        """Go on in a branch, which shares what has been read."""
        made = Reads(self._written)
        made.read, made.objects = self.read, self.objects
        return made

    def constant(self, value: Any) -> str:
        """Name nothing."""
        return "k"

    def computed(self, source: str, kinds: frozenset[str] = ANY) -> Value:
        """Compute nothing."""
        return Value("x", kinds)

    def expression(self, expression: Expression) -> Value:
        """Take note of all fields of an expression."""
        for name in sorted(getattr(expression, "reads", ())):
            self._note(name)
        return Value("x")

    def natively(self, value: Value, method: str, *given: bytes | int) -> Value | None:
        """Do nothing: there are no columns."""
        return None

    def get(self, path: FieldPath) -> Value | None:
        """Take note of a field."""
        self._note(path.text)
        return Value("x", maybe=True)

    def set(self, path: FieldPath, value: Value) -> None:
        """Take note of what is written."""
        self._written.add(path.text)

    def update(self, path: FieldPath, change: Callable[[Value], Value], concerns: frozenset[str] = ANY) -> None:
        """Take note of a field."""
        self._note(path.text)

    def pop(self, path: FieldPath) -> None:
        """Read nothing."""

    def move(self, source: FieldPath, target: FieldPath) -> None:
        """Take note of a field, and of where it goes."""
        self._note(source.text)
        self._written.add(target.text)

    def copy(self, source: FieldPath, target: FieldPath) -> None:
        """Take note of a field, and of where it goes."""
        self.move(source, target)

    def spread(self, paths: Sequence[FieldPath], delimiter: str) -> None:
        """Take note of objects."""
        for path in paths:
            self._note(path.text)
            self.objects.add(path.text)

    def keep(self, paths: Sequence[FieldPath]) -> None:
        """Take note of the fields."""
        for path in paths:
            self._note(path.text)

    def reorder(self, names: Sequence[str], after: str) -> None:
        """Read nothing."""

    def drop_unless(self, source: str) -> None:
        """Read nothing: the expression has been noted."""

    def columns(self, known: Layout) -> list[tuple[str, Value]]:
        """Take note that all is needed."""
        self.all = True
        raise Unfit("the columns are all fields")

    def tree(self) -> Tree:
        """Give no fields: it is the record itself that is written."""
        self.all = True
        raise Unfit("records are written as a whole")

    def whole(self) -> str:
        """Take note that all is needed."""
        self.all = True
        raise Unfit("records are written as a whole")

    def _note(self, name: str) -> None:
        if name not in self._written:
            self.read[name] = None


def reads_of(tree: Segment) -> tuple[Reads, Node]:
    """Find out what a tree of steps reads.

    Args:
        tree: The steps.

    Returns:
        What it reads; and a shape that has just that.
    """
    reads = Reads()

    def walk(segment: Segment, fields: Reads) -> None:
        for step in segment.steps:
            if isinstance(step.script, Emitting):
                try:
                    step.script.emit(fields)
                except Unfit:
                    reads.all = True
        if isinstance(segment.leaf, Barrier):
            reads.all = True
        elif segment.leaf is not None and isinstance(segment.leaf.script, EmittingRows):
            try:
                segment.leaf.script.emit_rows(fields, ())
            except Unfit:
                reads.all = True
        for branch in segment.branches:
            walk(branch, fields.branch())

    walk(tree, reads)
    return reads, _shape(reads)


def _shape(reads: Reads) -> Node:
    top = Node(seen=1)
    for text in [*reads.objects, *reads.read]:
        owner = top
        segments = FieldPath.parse(text).segments
        for segment in segments[:-1]:
            child = owner.fields.get(segment)
            if not isinstance(child, Node):
                child = owner.fields[segment] = Node()
            owner = child
        last = owner.fields.get(segments[-1])
        if text in reads.objects:
            owner.fields[segments[-1]] = last if isinstance(last, Node) else Node()
        elif last is None:
            owner.fields[segments[-1]] = Leaf(frozenset({"str", "null"}), maybe=True)
    return top
