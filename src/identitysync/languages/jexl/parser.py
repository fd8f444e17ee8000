"""Parse JEXL: operator precedence as in the grammar of Commons JEXL 3.1."""

from difflib import get_close_matches
from typing import Final

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.methods import NAMES
from identitysync.languages.jexl.tokens import Kind, Token, tokens
from identitysync.languages.jexl.tree import Array, Binary, Call, Choice, Literal, Map, Member, Name, Node, Unary

MAX_LENGTH: Final = 16_384
"""Characters that an expression may have."""

MAX_DEPTH: Final = 100
"""How deep an expression may be nested: parentheses, arguments, operands of operators that bind tighter."""

MAX_CHAIN: Final = 1000
"""How many operators or dots may follow each other on one level."""

MAX_CHOICES: Final = 500
"""How many choices may follow each other."""

_LEVELS: Final[dict[str, int]] = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, "<=": 7, ">": 7, ">=": 7, "=~": 7, "!~": 7,
    "=^": 7, "!^": 7, "=$": 7, "!$": 7, "+": 8, "-": 8, "*": 9, "/": 9, "%": 9,
}  # fmt: skip
_SINGLE: Final = frozenset({6, 7})
"""Levels whose operators do not chain: ``1 < 2 < 3`` is refused, as JEXL does."""

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_STATEMENTS: Final = frozenset(
    {"if", "else", "for", "foreach", "while", "do", "var", "return", "new", "function", "break", "continue"}
)


def parse(text: str) -> Node:
    """Parse an expression.

    Args:
        text: The expression.

    Returns:
        Its tree.

    Raises:
        ExpressionError: It is none, or too long, or nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; {MAX_LENGTH} are allowed")
    return _Parser(text).whole()


def _like(name: str) -> str:
    close = get_close_matches(name, sorted(NAMES), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._position = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression()
        if self._is(";") and self._tokens[self._position + 1].kind is Kind.END:
            self._next()
        if self._now.kind is not Kind.END:
            raise self._fault("an operator or the end is missing before this")
        return node

    @property
    def _now(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        token = self._now
        self._position += 1
        return token

    def _is(self, *signs: str) -> bool:
        return self._now.kind is Kind.SIGN and self._now.value in signs

    def _expect(self, sign: str, what: str) -> None:
        if not self._is(sign):
            raise self._fault(f"{sign!r} is missing: {what}")
        self._next()

    def _fault(self, reason: str) -> ExpressionError:
        token = self._now
        if token.kind is Kind.SIGN and token.value in {"=", ";", "{"}:
            reason = "statements are not supported in expressions"
        return ExpressionError(reason, self._text, token.offset)

    def _bound(self, count: int, limit: int, what: str) -> None:
        if count > limit:
            raise self._fault(f"more than {limit} {what}")

    def _expression(self) -> Node:
        """Parse ``a ? b : c ? d : e``: many may follow each other without getting deeper."""
        before: list[tuple[Node, Node, int]] = []
        node = self._operators(1)
        while self._is("?"):
            offset = self._next().offset
            yes = self._expression()
            self._expect(":", "a choice is written as condition ? yes : no")
            before.append((node, yes, offset))
            self._bound(len(before), MAX_CHOICES, "choices follow each other")
            node = self._operators(1)
        if self._is("?:", "??"):
            token = self._next()
            node = Binary(token.value, node, self._expression(), token.offset)
        for condition, yes, offset in reversed(before):
            node = Choice(condition, yes, node, offset)
        return node

    def _operators(self, lowest: int) -> Node:
        """Parse operands and the operators between them that bind at least so tightly (precedence climbing)."""
        self._depth += 1
        self._bound(self._depth, MAX_DEPTH, "levels deep an expression may not be nested")
        node = self._operand()
        count = 0
        while (level := self._level()) >= lowest:
            token = self._next()
            count += 1
            self._bound(count, MAX_CHAIN, "operators stand in a row")
            node = Binary(token.value, node, self._operators(level + 1), token.offset)
            if level in _SINGLE and self._level() == level:
                raise self._fault("comparisons do not chain; join them by 'and'")
        self._depth -= 1
        return node

    def _level(self) -> int:
        return _LEVELS.get(self._now.value, 0) if self._now.kind is Kind.SIGN else 0

    def _operand(self) -> Node:
        """Parse a value with the signs before it and the dots, brackets and calls behind it."""
        signs: list[Token] = []
        while self._is("-", "!", "~") or self._is_word_operator():
            signs.append(self._next())
            self._bound(len(signs), MAX_DEPTH, "operators stand in a row")
        node = self._primary()
        count = 0
        while self._is(".", "?.", "["):
            count += 1
            self._bound(count, MAX_CHAIN, "dots and brackets stand in a row")
            token = self._next()
            if token.value == "[":
                node = Member(node, self._expression(), token.offset)
                self._expect("]", "an index is written as field[index]")
            else:
                node = self._after_dot(node, token.offset)
        for sign in reversed(signs):
            if sign.value == "-" and isinstance(node, Literal) and type(node.value) in {int, float}:
                node = Literal(-node.value, sign.offset)
            else:
                node = Unary(sign.value, node, sign.offset)
        return node

    def _is_word_operator(self) -> bool:
        """Tell whether ``empty`` or ``size`` stands before an operand; alone they are fields."""
        if self._now.kind is not Kind.NAME or self._now.value not in {"empty", "size"}:
            return False
        after = self._tokens[self._position + 1]
        return after.kind in {Kind.NAME, Kind.TEXT, Kind.NUMBER} or (after.kind is Kind.SIGN and after.value in "([{!")

    def _after_dot(self, owner: Node, offset: int) -> Node:
        token = self._next()
        if token.kind is Kind.NUMBER and isinstance(token.value, int):
            return Member(owner, Literal(token.value, token.offset), offset)
        if token.kind is Kind.SIGN and self._text[token.offset].isalpha():  # a word operator is a name here
            end = token.offset + (3 if self._text[token.offset : token.offset + 3].isalpha() else 2)
            token = Token(Kind.NAME, self._text[token.offset : end], token.offset)
        if token.kind is Kind.TEXT:
            return Member(owner, Literal(token.value, token.offset), offset)
        if token.kind is not Kind.NAME:
            self._position -= 1
            raise self._fault("a field or a method is missing after the dot")
        if self._is("("):
            if token.value in {"size", "empty"} and self._tokens[self._position + 1].value == ")":
                self._position += 2  # owner.size() is size(owner), of null too
                return Unary(token.value, owner, token.offset)
            if token.value not in NAMES:
                self._position -= 1
                raise self._fault(f"there is no method {token.value!r}{_like(token.value)}")
            self._next()
            arguments = self._list(")", "a method is called as field.method(arguments)")
            return Call(owner, token.value, arguments, token.offset)
        if isinstance(owner, Name):
            return Name((*owner.parts, token.value), owner.offset)
        return Member(owner, Literal(token.value, token.offset), offset)

    def _primary(self) -> Node:
        token = self._now
        if token.kind is Kind.NAME:
            return self._name()
        if token.kind in {Kind.NUMBER, Kind.TEXT}:
            self._next()
            return Literal(token.value, token.offset)
        if self._is("("):
            self._next()
            node = self._expression()
            self._expect(")", "a parenthesis is opened and never closed")
            return node
        if self._is("["):
            self._next()
            return Array(self._list("]", "an array is written as [a, b]"), token.offset)
        if self._is("{"):
            self._next()
            return self._braces(token.offset)
        raise self._fault("the expression ends too early" if token.kind is Kind.END else "a value is missing here")

    def _name(self) -> Node:
        token = self._next()
        if token.value in _CONSTANTS:
            return Literal(_CONSTANTS[token.value], token.offset)
        if token.value in _STATEMENTS:
            self._position -= 1
            raise self._fault(f"{token.value!r} is not supported in expressions")
        if self._is("("):
            self._position -= 1
            raise self._fault(f"there is no function {token.value!r}; methods are called as field.method()")
        return Name((token.value,), token.offset)

    def _list(self, end: str, what: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._is(end):
            items.append(self._expression())
            if not self._is(","):
                break
            self._next()
        self._expect(end, what)
        return tuple(items)

    def _braces(self, offset: int) -> Node:
        """Parse a map or a set; ``{}`` is the empty set and ``{:}`` the empty map."""
        what = "a map is written as {key: value}, a set as {a, b}"
        if self._is(":"):
            self._next()
            self._expect("}", what)
            return Map((), offset)
        keys: list[Node] = []
        values: list[Node] = []
        while not self._is("}"):
            keys.append(self._expression())
            if values or (len(keys) == 1 and self._is(":")):
                self._expect(":", what)
                values.append(self._expression())
            if not self._is(","):
                break
            self._next()
        self._expect("}", what)
        return Map(tuple(zip(keys, values, strict=True)), offset) if values else Array(tuple(keys), offset, unique=True)
