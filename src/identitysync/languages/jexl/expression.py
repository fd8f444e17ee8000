"""A compiled expression."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import attrs

from identitysync.errors import ExpressionError, PatternError, RecordRejected
from identitysync.languages.jexl.coercion import Failure
from identitysync.languages.jexl.compiler import Code
from identitysync.languages.jexl.fields import readings
from identitysync.languages.jexl.parser import parse
from identitysync.languages.jexl.tree import Array, Binary, Call, Choice, Literal, Map, Member, Name, Node, Unary
from identitysync.values import Record

FAULTS: Final = (Failure, RecordRejected, PatternError, ArithmeticError, ValueError, TypeError, RecursionError)
"""What the code of an expression may raise; ``Expression.fault`` makes an error for people of it."""


@attrs.frozen(eq=False)
class Expression:
    """An expression that can be evaluated on records.

    Attributes:
        text: The expression as it was written.
        tree: Its tree.
        reads: The fields that it may read, as dotted paths.
    """

    text: str
    tree: Node = attrs.field(repr=False)
    reads: frozenset[str] = attrs.field(repr=False)
    _function: Callable[[Record], Any] = attrs.field(repr=False)

    def __call__(self, record: Record) -> Any:
        """Evaluate the expression.

        Args:
            record: The record; a missing field is null.

        Returns:
            The result, of whatever type.

        Raises:
            ExpressionError: It cannot be evaluated on this record.
        """
        try:
            return self._function(record)
        except FAULTS as fault:
            raise self.fault(fault) from fault

    def emit(
        self, record: str, prefix: str, field: Callable[[tuple[str, ...]], str] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Give the expression's code, to be put into a larger function.

        Args:
            record: The variable that holds the record there.
            prefix: What generated names begin with.
            field: Gives the source for a field by the names between its dots, when there is no such variable.

        Returns:
            The source of a Python expression, and what the names in it stand for. Around it, catch ``FAULTS`` and raise
            what ``fault`` makes of them.
        """
        code = Code(record, prefix, field)
        source = code.expression(self.tree)
        return source, {name: value for name, value in code.constants.items() if name != "__builtins__"}

    def fault(self, fault: Exception) -> ExpressionError:
        """Say for people why the expression failed on a record.

        Args:
            fault: One of ``FAULTS``.

        Returns:
            The error to raise.
        """
        if isinstance(fault, Failure):
            return ExpressionError(fault.reason, self.text, fault.at)
        if isinstance(fault, RecordRejected):
            return ExpressionError(fault.message, self.text)
        if isinstance(fault, PatternError):
            return ExpressionError(f"the regular expression {fault.text[:60]!r} is wrong: {fault.reason}", self.text)
        return ExpressionError(f"the expression cannot be evaluated: {fault}", self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        return compile, (self.text,)


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
        function = Code().function(tree)
    except (RecursionError, MemoryError, SyntaxError) as fault:
        raise ExpressionError("the expression is too large", text) from fault
    return Expression(text, tree, frozenset(_reads(tree)), function)


def _reads(tree: Node) -> set[str]:
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case Name(parts):
                found |= readings(parts)
            case Unary(_, operand):
                waiting.append(operand)
            case Binary(_, left, right) | Member(left, right):
                waiting += (left, right)
            case Choice(condition, yes, no):
                waiting += (condition, yes, no)
            case Call(owner, _, arguments):
                waiting += (owner, *arguments)
            case Array(items):
                waiting += items
            case Map(pairs):
                waiting += (each for pair in pairs for each in pair)
            case Literal():
                pass
    return found
