"""A compiled expression."""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Final, Self, TypeAlias

import attrs

from identitysync.contract.lowering import ANY, Unfit, Value
from identitysync.errors import ExpressionError, RecordRejected
from identitysync.languages.jexl.coercion import Failure, truth
from identitysync.languages.jexl.compiler import Code
from identitysync.languages.jexl.fields import readings
from identitysync.languages.jexl.parser import parse
from identitysync.languages.jexl.script import changes_deeply, compile_program
from identitysync.languages.jexl.tree import Assign, Binary, Call, Choice, Literal, Name, Program, Range, Template, walk
from identitysync.values import Record

FAULTS: Final = (Failure, RecordRejected, ArithmeticError, ValueError, TypeError, RecursionError)
"""What the code of an expression may raise; ``Expression.fault`` makes an error for people of it."""


Origin: TypeAlias = tuple[Callable[..., "Expression"], tuple[Any, ...]]
"""What makes an expression anew, in another process: a function and its arguments."""

Find: TypeAlias = Callable[[tuple[str, ...]], str]
"""Gives the source for a field by the names between its dots."""

_CALL: Final = """
def call(r):
    try:
        return {}
    except faults as fault:
        raise explain(fault) from fault
"""
"""One frame; a function that calls another would be two."""

MAX_WEIGHT: Final = 64
"""From how many calls and joins on the size of what is made is counted."""


@attrs.frozen(eq=False)
class Expression:
    """An expression that can be evaluated on records.

    Called with a record, it gives the result, of whatever type; a missing field is null. Where it cannot be evaluated
    on this record, it raises an ``ExpressionError``.

    Attributes:
        text: The expression as it was written.
        tree: Its tree.
        reads: The fields that it may read, as dotted paths.
    """

    text: str
    tree: Any = attrs.field(repr=False)
    reads: frozenset[str] = attrs.field(repr=False)
    __call__: Callable[[Record], Any] = attrs.field(repr=False, alias="call")  # no method: that would be one more frame
    _function: Callable[[Record], Any] | None = attrs.field(repr=False)  # None: it is one Python expression
    _code: Callable[[str, str, Find | None], Code] | None = attrs.field(repr=False)  # None: it is more than one
    _origin: Origin = attrs.field(repr=False)

    @classmethod
    def of_code(cls, text: str, tree: Any, code: Callable[..., Code], origin: Origin) -> Self:
        """Make an expression that is one Python expression.

        Args:
            text: The expression.
            tree: Its tree.
            code: Begins source code.
            origin: What makes the expression anew.

        Returns:
            The expression.
        """
        inner = code("r", "k", None)
        names: dict[str, Any] = {"faults": FAULTS, "explain": partial(explain, text)}
        exec(_CALL.format(inner.expression(tree)), inner.constants | names, names)  # noqa: S102 - no user text in it
        return cls(text, tree, fields_of(walk(tree)), names["call"], None, code, origin)

    @classmethod
    def of_function(cls, text: str, tree: Any, function: Callable[[Record], Any], origin: Origin) -> Self:
        """Make an expression that needs more than one Python expression.

        Args:
            text: The expression.
            tree: Its tree.
            function: What evaluates it.
            origin: What makes the expression anew.

        Returns:
            The expression.
        """

        def call(record: Record) -> Any:
            try:
                return function(record)
            except FAULTS as fault:
                raise explain(text, fault) from fault

        return cls(text, tree, fields_of(walk(tree)), call, function, None, origin)

    @property
    def kinds(self) -> frozenset[str]:
        """What kinds of values it may give, as far as its text tells."""
        return _kinds_of(self.tree)

    def emit(self, record: str, prefix: str, field: Find | None = None) -> tuple[str, dict[str, Any]]:
        """Give the expression's code, to be put into a larger function.

        Args:
            record: The variable that holds the record there.
            prefix: What generated names begin with.
            field: Gives the source for a field by the names between its dots, when there is no such variable.

        Returns:
            The source of a Python expression, and what the names in it stand for. Around it, catch ``FAULTS`` and raise
            what ``fault`` makes of them. What has statements is a function of its own, and the source a call of it.
        """
        if self._code is None:
            return self._call(record, prefix, field)
        code = self._code(record, prefix, field)
        source = code.expression(self.tree)
        return source, {name: value for name, value in code.constants.items() if name != "__builtins__"}

    def _call(self, record: str, prefix: str, field: Find | None) -> tuple[str, dict[str, Any]]:
        """Call the function; where there is no record, on one of the fields that it reads."""
        names: dict[str, Any] = {f"{prefix}0": self._function}
        if field is None:
            return f"{prefix}0({record})", names
        if not isinstance(self.tree, Program) or changes_deeply(self.tree):
            raise Unfit("the expression needs objects as a whole")
        fields: list[str] = []
        for number, parts in enumerate(sorted({node.parts for node in walk(self.tree) if isinstance(node, Name)}), 1):
            names[f"{prefix}{number}"] = ".".join(parts)
            fields.append(f"{prefix}{number}: {field(parts)}")
        return f"{prefix}0({{{', '.join(fields)}}})", names

    def fault(self, fault: Exception) -> ExpressionError:
        """Say for people why the expression failed on a record.

        Args:
            fault: One of ``FAULTS``.

        Returns:
            The error to raise.
        """
        return explain(self.text, fault)

    def __reduce__(self) -> tuple[Any, ...]:
        return self._origin


@lru_cache(maxsize=1024)
def compile(text: str) -> Expression:
    """Compile an expression.

    Args:
        text: An expression of Commons JEXL 3.1, of 16,384 characters at most.

    Returns:
        The expression, to be called with a record.

    Raises:
        ExpressionError: It is no expression; line, column and a caret say where.
    """
    try:
        tree = parse(text)
        nodes = list(walk(tree))
        if not isinstance(tree, Program) and _weight(nodes) > MAX_WEIGHT:
            tree = Program(0, tree)
        if isinstance(tree, Program):
            return Expression.of_function(text, tree, compile_program(tree), (compile, (text,)))
        return Expression.of_code(text, tree, Code, (compile, (text,)))
    except (RecursionError, MemoryError, SyntaxError) as fault:
        raise ExpressionError("the expression is too large", text, 0) from fault
    except Failure as fault:
        raise ExpressionError(fault.reason, text, fault.at) from None


def explain(text: str, fault: Exception) -> ExpressionError:
    """Say for people why an expression failed on a record.

    Args:
        text: The expression.
        fault: One of ``FAULTS``.

    Returns:
        The error to raise.
    """
    if isinstance(fault, Failure):
        return ExpressionError(fault.reason, text, fault.at)
    reason = fault.message if isinstance(fault, RecordRejected) else f"the expression cannot be evaluated: {fault}"
    return ExpressionError(reason, text, 0)


def fields_of(nodes: Iterable[Any]) -> frozenset[str]:
    """Name every field that the nodes of a tree may read, as dotted paths; who writes ``a.b`` looks at ``a``."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Name):
            found |= readings(node.parts)
        elif isinstance(node, Assign) and isinstance(node.target, Name):
            found |= readings(node.target.parts[:1])
    return frozenset(found)


@lru_cache(maxsize=1024)
def condition(text: str) -> Expression:
    """Compile an expression whose result is taken as a condition.

    Args:
        text: As for ``compile``.

    Returns:
        The expression; it gives true or false.

    Raises:
        ExpressionError: It is no expression; line, column and a caret say where.
    """
    made = compile(text)
    origin = (condition, (text,))
    function = made._function  # noqa: SLF001 - it is of this class
    if function is not None:
        return Expression.of_function(text, made.tree, lambda record: truth(function(record)), origin)
    tree = Choice(made.tree, Literal(True, 0), Literal(False, 0), 0)
    try:
        return Expression.of_code(text, tree, Code, origin)
    except (RecursionError, MemoryError, SyntaxError) as fault:
        raise ExpressionError("the expression is too large", text, 0) from fault


def _kinds_of(tree: Any) -> frozenset[str]:
    if isinstance(tree, Literal):
        return Value.of(tree.value, "").kinds
    return _kinds_of(tree.yes) | _kinds_of(tree.no) if isinstance(tree, Choice) else ANY


def _weight(nodes: list[Any]) -> int:
    """Tell how much an expression may make of little; past a limit, what it makes is counted while it is evaluated."""
    weights: dict[type[Any], int] = {Call: 4, Range: 4, Template: 1}
    return sum(weights.get(type(node), isinstance(node, Binary) and node.sign == "+") for node in nodes)
