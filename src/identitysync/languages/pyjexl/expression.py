"""Compile a Mozilla expression."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.budget import Budget
from identitysync.languages.jexl.expression import Expression
from identitysync.languages.jexl.tree import walk
from identitysync.languages.pyjexl.compiler import MozillaCode, nests_filters
from identitysync.languages.pyjexl.parser import parse
from identitysync.languages.pyjexl.transforms import transforms
from identitysync.languages.pyjexl.tree import Transform


def compile(text: str, transforms: Mapping[str, Callable[..., Any]] | None = None) -> Expression:
    """Compile an expression.

    Args:
        text: An expression of Mozilla's JEXL, of 4,096 characters at most.
        transforms: The transforms that it may call; else those that are built in and those of installed packages.

    Returns:
        The expression, to be called with a record.

    Raises:
        ExpressionError: It is no expression, or names no transform; line, column and a caret say where.
        PluginError: A package's transform cannot be loaded.
    """
    return _compile(text) if transforms is None else _made(text, transforms, (text, transforms))


@lru_cache(maxsize=1024)
def _compile(text: str) -> Expression:
    return _made(text, transforms(), (text,))


def _made(text: str, offered: Mapping[str, Callable[..., Any]], origin: tuple[Any, ...]) -> Expression:
    tree = parse(text)
    named = {node.name: node.offset for node in walk(tree) if isinstance(node, Transform)}
    for name, offset in named.items():
        if name not in offered:
            close = get_close_matches(name, sorted(offered), 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ExpressionError(f"there is no transform {name!r}{hint}", text, offset)
    known = {name: offered[name] for name in named}
    try:
        if nests_filters(tree):
            return Expression.of_function(text, tree, _metered(tree, known), (compile, origin))
        return Expression.of_code(text, tree, partial(MozillaCode, known), (compile, origin))
    except (RecursionError, MemoryError, SyntaxError) as fault:
        raise ExpressionError("the expression is too large", text, 0) from fault


def _metered(tree: Any, known: Mapping[str, Callable[..., Any]]) -> Callable[[Any], Any]:
    function = MozillaCode(known).metered(tree)
    return lambda record: function(record, Budget().step)
