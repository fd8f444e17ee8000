"""A compiled expression."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs

from identitysync.errors import ExpressionError, RecordRejected
from identitysync.languages.jexl.arithmetic import Failure
from identitysync.languages.jexl.compiler import Code
from identitysync.languages.jexl.parser import parse
from identitysync.languages.jexl.tree import Array, Binary, Call, Choice, Literal, Map, Member, Name, Node, Unary
from identitysync.values import Record


@attrs.frozen(eq=False)
class Expression:
    """An expression that can be evaluated on records.

    Attributes:
        text: The expression as it was written.
        tree: Its tree.
        source: The Python expression that it was compiled to.
        reads: The fields that it may read, as dotted paths.
    """

    text: str
    tree: Node = attrs.field(repr=False)
    source: str = attrs.field(repr=False)
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
        except Failure as fault:
            raise ExpressionError(fault.reason, self.text, fault.at) from fault
        except RecordRejected as fault:
            raise ExpressionError(fault.message, self.text) from fault
        except (ArithmeticError, ValueError, TypeError, RecursionError) as fault:
            raise ExpressionError(f"the expression cannot be evaluated: {fault}", self.text) from fault

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
    tree = parse(text)
    code = Code()
    source = code.expression(tree)
    namespace: dict[str, Any] = {"__builtins__": {"type": type, "str": str, "dict": dict}, **code.constants}
    try:
        made = eval(f"lambda r: {source}", namespace)  # noqa: S307 - our own source: user text enters as constants only
    except (RecursionError, MemoryError) as fault:
        raise ExpressionError("the expression is too large", text) from fault
    return Expression(text, tree, source, frozenset(_reads(tree)), made)


def _reads(tree: Node) -> set[str]:
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case Name(parts):
                found.add(".".join(parts))
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
