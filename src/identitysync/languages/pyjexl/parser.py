"""Parse Mozilla's JEXL with pyjexl, and turn its tree into ours."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, cast

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.tree import Array, Binary, Choice, Literal, Map, Member, Name, Unary
from identitysync.languages.pyjexl.tree import Current, Filter, Pick, Transform

MAX_LENGTH: Final = 4096
"""Characters that an expression may have."""

MAX_DEPTH: Final = 20
"""How deep its brackets may be nested; pyjexl's parser takes many calls for each."""

_BRACKETS: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[(\[{]|[)\]}]", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def parse(text: str) -> Any:
    """Parse an expression.

    Args:
        text: The expression.

    Returns:
        Its tree.

    Raises:
        ExpressionError: It is none, or too large.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; {MAX_LENGTH} are allowed", text, 0)
    _check_depth(text)
    from parsimonious.exceptions import ParseError

    grammar, parser_class = _pyjexl()
    try:
        parser = parser_class(text)
        root = parser.visit(grammar.parse(text))
        return _Reader(text, parser.offsets).read(root, 0)
    except ParseError as fault:
        missing = "the expression ends too early" if fault.pos >= len(text) else "this is not understood"
        raise ExpressionError(missing, text, min(fault.pos, len(text))) from None
    except RecursionError:
        raise ExpressionError("the expression is too large", text, 0) from None


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += (found[0] in "([{") - (found[0] in ")]}")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} brackets are nested", text, found.start())


@cache
def _pyjexl() -> tuple[Any, Any]:
    """Give pyjexl's grammar, where words end at their boundaries, and its parser, which remembers places."""
    from parsimonious.expressions import Literal as Word
    from parsimonious.expressions import Regex
    from pyjexl.jexl import JEXL
    from pyjexl.parser import Node, Parser

    language = JEXL()
    grammar = language.grammar
    for rule in ("boolean", "binary_operator"):
        choices = grammar[rule]
        choices.members = tuple(
            Regex(f"{each.literal}(?![a-zA-Z0-9_$])") if isinstance(each, Word) and each.literal.isalpha() else each
            for each in choices.members
        )

    class PlacingParser(Parser):  # type: ignore[misc]  # pyjexl ships no types
        unwrapped_exceptions = (ExpressionError, RecursionError)

        def __init__(self, text: str) -> None:
            super().__init__(language.config)
            self.text = text
            self.offsets: dict[int, int] = {}
            self.kept: list[Any] = []  # an identity is one only while its object lives

        def visit(self, node: Any) -> Any:
            made = super().visit(node)
            if isinstance(made, Node) and id(made) not in self.offsets:
                self.offsets[id(made)] = node.start
                self.kept.append(made)
            return made

        def visit_string(self, node: Any, _: Any) -> Any:
            from pyjexl.parser import Literal as Constant

            return Constant(_unescaped(node.text[1:-1], self.text, node.start))

    return grammar, PlacingParser


def _unescaped(inner: str, text: str, start: int) -> str:
    def unescape(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(found[3], found[3])

    try:
        return _ESCAPE.sub(unescape, inner).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ExpressionError("the text holds half a character", text, start) from None


def _looks_at_elements(node: Any) -> bool:
    """Tell whether ``.field`` stands in an expression; what a filter within it looks at is that filter's own."""
    if getattr(node, "relative", False) and type(node).__name__ == "Identifier":
        return True
    inner = (node.subject,) if type(node).__name__ == "FilterExpression" else _inner(node)
    return any(_looks_at_elements(each) for each in inner if each is not None)


def _inner(node: Any) -> Iterable[Any]:
    """Give what a node is made of; to pyjexl, literals of arrays and objects are made of nothing."""
    match type(node).__name__:
        case "ArrayLiteral":
            return cast(list[Any], node.value)
        case "ObjectLiteral":
            return cast(dict[str, Any], node.value).values()
    return cast(Iterable[Any], node.children)


class _Reader:
    """Turn pyjexl's nodes into ours."""

    def __init__(self, text: str, offsets: dict[int, int]) -> None:
        self._text, self._offsets = text, offsets
        self._filters = 0

    def read(self, node: Any, around: int) -> Any:
        """Turn a node into ours; a node whose place is not known stands where the one around it does."""
        at = self._offsets.get(id(node), around)
        match type(node).__name__:
            case "Literal":
                return Literal(node.value, at)
            case "Identifier":
                return self._identifier(node, at)
            case "BinaryExpression":
                return Binary(node.operator.symbol, self.read(node.left, at), self.read(node.right, at), at)
            case "UnaryExpression":
                return Unary(node.operator.symbol, self.read(node.right, at), at)
            case "ConditionalExpression":
                choice = (node.test, node.consequent, node.alternate)
                condition, yes, no = (self.read(each, at) for each in choice)
                return Choice(condition, yes, no, at)
            case "ArrayLiteral":
                return Array(self._all(node.value, at), at)
            case "ObjectLiteral":
                return Map(tuple((Literal(key, at), self.read(value, at)) for key, value in node.value.items()), at)
            case "Transform":
                return Transform(self.read(node.subject, at), node.name, self._all(node.args, at), at)
        return self._filter(node, at)

    def _all(self, nodes: Iterable[Any], at: int) -> tuple[Any, ...]:
        return tuple(self.read(each, at) for each in nodes)

    def _identifier(self, node: Any, at: int) -> Any:
        name = Literal(node.value, at)
        if node.relative:
            if not self._filters:
                raise ExpressionError(f"'.{node.value}' stands outside of a filter", self._text, at)
            element: Any = Current(at)
            return Member(element, name, at)
        if node.subject is None:
            return Literal(None, at) if node.value == "null" else Name((node.value,), at)
        owner = self.read(node.subject, at)
        return Name((*owner.parts, node.value), owner.offset) if isinstance(owner, Name) else Member(owner, name, at)

    def _filter(self, node: Any, at: int) -> Any:
        subject = self.read(node.subject, at)
        if not _looks_at_elements(node.expression):
            return Pick(subject, self.read(node.expression, at), at)
        self._filters += 1
        test = self.read(node.expression, at)
        self._filters -= 1
        return Filter(subject, test, at)
