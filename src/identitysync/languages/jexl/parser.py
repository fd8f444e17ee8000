"""Parse JEXL: operator precedence as in the grammar of Commons JEXL 3.1."""

from typing import Final

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.tokens import Kind, Token, tokens
from identitysync.languages.jexl.tree import Array, Binary, Call, Choice, Literal, Map, Member, Name, Node, Unary

MAX_LENGTH: Final = 16_384
"""Characters that an expression may have."""

MAX_DEPTH: Final = 60
"""How deep an expression may be nested."""

MAX_CHAIN: Final = 80
"""How many operators of one level, such as ``+``, may stand in a row."""

MAX_CHOICES: Final = 500
"""How many conditions may be joined by ``and`` or ``or``, and how many choices may follow each other."""

_COMPARISONS: Final = ("<", "<=", ">", ">=", "=~", "!~", "=^", "!^", "=$", "!$")
_LEVELS: Final = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), _COMPARISONS, ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_SINGLE: Final = {5, 6}
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

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(f"the expression is nested more than {MAX_DEPTH} deep")
        node = self._choices()
        self._depth -= 1
        return node

    def _choices(self) -> Node:
        """Parse ``a ? b : c ? d : e``: many may follow each other without getting deeper."""
        before: list[tuple[Node, Node, int]] = []
        node = self._level(0)
        while self._is("?"):
            offset = self._next().offset
            yes = self._expression()
            self._expect(":", "a choice is written as condition ? yes : no")
            before.append((node, yes, offset))
            if len(before) > MAX_CHOICES:
                raise self._fault(f"more than {MAX_CHOICES} choices follow each other")
            node = self._level(0)
        if self._is("?:", "??"):
            token = self._next()
            node = Binary(token.value, node, self._expression(), token.offset)
        for condition, yes, offset in reversed(before):
            node = Choice(condition, yes, node, offset)
        return node

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._level(level + 1)
        count = 0
        while self._is(*_LEVELS[level]):
            token = self._next()
            count += 1
            if count > (MAX_CHOICES if level < 2 else MAX_CHAIN):
                raise self._fault(f"more than {count - 1} operators stand in a row")
            node = Binary(token.value, node, self._level(level + 1), token.offset)
            if level in _SINGLE and self._is(*_LEVELS[level]):
                raise self._fault("comparisons do not chain; join them by 'and'")
        return node

    def _unary(self) -> Node:
        signs: list[Token] = []
        while self._is("-", "!", "~") or self._is_word_operator():
            signs.append(self._next())
            if len(signs) > MAX_DEPTH:
                raise self._fault(f"more than {MAX_DEPTH} operators stand in a row")
        node = self._primary()
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
        return after.kind in {Kind.NAME, Kind.TEXT, Kind.NUMBER} or (after.kind is Kind.SIGN and after.value in "([!")

    def _primary(self) -> Node:
        node = self._operand()
        while True:
            if self._is(".", "?."):
                offset = self._next().offset
                node = self._after_dot(node, offset)
            elif self._is("["):
                offset = self._next().offset
                key = self._expression()
                self._expect("]", "an index is written as field[index]")
                node = Member(node, key, offset)
            else:
                return node

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
            self._next()
            arguments = self._list(")", "a method is called as field.method(arguments)")
            return Call(owner, token.value, arguments, token.offset)
        if isinstance(owner, Name):
            return Name((*owner.parts, token.value), owner.offset)
        return Member(owner, Literal(token.value, token.offset), offset)

    def _operand(self) -> Node:
        token = self._now
        if token.kind in {Kind.NUMBER, Kind.TEXT}:
            self._next()
            return Literal(token.value, token.offset)
        if token.kind is Kind.NAME:
            return self._name()
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
            return Map(self._entries(), token.offset)
        raise self._fault("the expression ends too early" if token.kind is Kind.END else "a value is missing here")

    def _name(self) -> Node:
        token = self._next()
        if token.value in _CONSTANTS:
            return Literal(_CONSTANTS[token.value], token.offset)
        if token.value in _STATEMENTS:
            self._position -= 1
            raise self._fault("statements are not supported in expressions")
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

    def _entries(self) -> tuple[tuple[Node, Node], ...]:
        items: list[tuple[Node, Node]] = []
        if self._is(":"):  # {:} is the empty map
            self._next()
        while not self._is("}"):
            key = self._expression()
            self._expect(":", "a map is written as {key: value}")
            items.append((key, self._expression()))
            if not self._is(","):
                break
            self._next()
        self._expect("}", "a map is written as {key: value}")
        return tuple(items)
