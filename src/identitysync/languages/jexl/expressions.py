"""Parse the expressions of JEXL: operator precedence as in the grammar of Commons JEXL 3.1."""

from difflib import get_close_matches
from typing import Final

from identitysync.languages.jexl.cursor import MAX_DEPTH
from identitysync.languages.jexl.mathematics import FUNCTIONS
from identitysync.languages.jexl.methods import NAMES
from identitysync.languages.jexl.tokens import Kind, Token
from identitysync.languages.jexl.tree import (
    Assign,
    Binary,
    Call,
    Choice,
    Invoke,
    Lambda,
    Literal,
    Local,
    Member,
    Name,
    Node,
    Range,
    Static,
    Unary,
)
from identitysync.languages.jexl.values import Values

MAX_CHAIN: Final = 1000
"""How many operators or dots may follow each other on one level."""

MAX_CHOICES: Final = 500
"""How many choices or assignments may follow each other."""

_LEVELS: Final[dict[str, int]] = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "..": 6, "<": 7, "<=": 7, ">": 7, ">=": 7, "=~": 7,
    "!~": 7, "=^": 7, "!^": 7, "=$": 7, "!$": 7, "<<": 8, ">>": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_SINGLE: Final = frozenset({6, 7})
"""Levels whose operators do not chain: ``1 < 2 < 3`` is refused, as JEXL does."""

_ASSIGNING: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="})


def _like(name: str, names: frozenset[str]) -> str:
    close = get_close_matches(name, sorted(names), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _ends(token: Token) -> bool:
    return token.kind is Kind.END or (token.kind is Kind.SIGN and token.value in {")", ";", "}", ",", "]"})


class Expressions(Values):
    """Parse expressions; the body of a lambda is left to who knows statements."""

    def _expression(self) -> Node:
        """Parse a value, and assignments before it: ``a = b = value``."""
        before: list[tuple[Local | Name | Member, Token]] = []
        node = self._choices()
        while self._is(*_ASSIGNING):
            before.append((self._target(node), self._next()))
            self._bound(len(before), MAX_CHOICES, "assignments follow each other")
            node = self._choices()
        for target, token in reversed(before):
            node = Assign(target, token.value[:-1], node, token.offset)
        return node

    def _target(self, node: Node) -> Local | Name | Member:
        last = self._tokens[self._position - 1]
        if isinstance(node, Local | Name | Member) and (last.kind is not Kind.SIGN or last.value == "]"):
            return node
        raise self._fault("only a variable, a field or an element can be given a value")

    def _choices(self) -> Node:
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
        self._deeper()
        node = self._operand()
        count = 0
        while (level := self._level()) >= lowest:
            token = self._next()
            count += 1
            self._bound(count, MAX_CHAIN, "operators stand in a row")
            right = self._operators(level + 1)
            ranged = token.value == ".."
            node = Range(node, right, token.offset) if ranged else Binary(token.value, node, right, token.offset)
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
        node = self._stepped()
        for sign in reversed(signs):
            if sign.value == "-" and isinstance(node, Literal) and type(node.value) in {int, float}:
                node = Literal(-node.value, sign.offset)
            else:
                node = Unary(sign.value, node, sign.offset)
        return node

    def _stepped(self) -> Node:
        """Parse ``++a``, ``a++`` and ``a--``; ``--a`` is ``-(-a)``, and ``a--b`` is ``a - (-b)``, as ever in JEXL."""
        if self._is("++"):
            offset = self._next().offset
            return Assign(self._target(self._chain()), "+", Literal(1, offset), offset)
        node = self._chain()
        if self._is("++"):
            target, offset = self._target(node), self._next().offset
            return Assign(target, "+", Literal(1, offset), offset, old=True)
        if self._is("-") and isinstance(node, Local | Name | Member):
            offset, after = self._now.offset, self._tokens[self._position + 1 : self._position + 3]
            if len(after) == 2 and after[0].offset == offset + 1 and after[0].value == "-" and _ends(after[1]):
                target = self._target(node)
                self._position += 2
                return Assign(target, "-", Literal(1, offset), offset, old=True)
        return node

    def _chain(self) -> Node:
        node = self._primary()
        count = 0
        while self._is(".", "?.", "[") or (self._is("(") and self._is_function(node)):
            count += 1
            self._bound(count, MAX_CHAIN, "dots and brackets stand in a row")
            token = self._next()
            if token.value == "[":
                node = Member(node, self._expression(), token.offset)
                self._expect("]", "an index is written as field[index]")
            elif token.value == "(":
                node = Invoke(node, self._list(")", "a function is called as name(arguments)"), token.offset)
            else:
                node = self._after_dot(node, token.offset)
        return node

    def _is_function(self, node: Node) -> bool:
        return isinstance(node, Lambda | Invoke) and self._tokens[self._position - 1].value == ")"

    def _is_word_operator(self) -> bool:
        """Tell whether ``empty`` or ``size`` stands before an operand; alone they are fields."""
        if self._now.kind is not Kind.NAME or self._now.value not in {"empty", "size"}:
            return False
        after = self._tokens[self._position + 1]
        if after.kind is Kind.SIGN:
            return after.value in {"(", "[", "{", "!"}
        return after.kind is not Kind.END and after.value not in {"else", "while"}

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
                return Unary(f".{token.value}", owner, token.offset)
            if isinstance(owner, Name) and owner.parts == ("Math",):
                return self._static(token)
            if token.value not in NAMES:
                self._position -= 1
                raise self._fault(f"there is no method {token.value!r}{_like(token.value, NAMES)}")
            self._next()
            arguments = self._list(")", "a method is called as field.method(arguments)")
            return Call(owner, token.value, arguments, token.offset)
        if isinstance(owner, Name):
            return Name((*owner.parts, token.value), owner.offset)
        return Member(owner, Literal(token.value, token.offset), offset)

    def _static(self, token: Token) -> Static:
        takes = FUNCTIONS.get(token.value)
        if takes is None:
            self._position -= 1
            raise self._fault(f"there is no function Math.{token.value}{_like(token.value, frozenset(FUNCTIONS))}")
        self._next()
        arguments = self._list(")", "a function is called as Math.name(arguments)")
        if len(arguments) != takes.count:
            self._position -= 1
            raise self._fault(f"Math.{token.value} takes {takes.count} arguments, not {len(arguments)}")
        return Static(token.value, arguments, token.offset)
