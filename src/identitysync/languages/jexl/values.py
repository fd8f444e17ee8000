"""Parse what a JEXL expression begins with: literals, names, arrays, objects, templates, parentheses."""

from typing import Final

from identitysync.languages.jexl.cursor import Cursor
from identitysync.languages.jexl.tokens import Kind, Token
from identitysync.languages.jexl.tree import Array, Invoke, Lambda, Literal, Local, Map, Name, Node, Template

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_RESERVED: Final = frozenset(
    {"if", "else", "for", "foreach", "while", "do", "var", "return", "new", "function", "break", "continue"}
)

_NO_VARIABLES: Final = _RESERVED | _CONSTANTS.keys() | {"empty", "size"}


class Values(Cursor):
    """Parse single values; what stands inside of them is left to who knows operators and statements."""

    def _expression(self) -> Node:
        raise NotImplementedError

    def _lambda(self) -> Lambda:
        raise NotImplementedError

    def _primary(self) -> Node:
        token = self._now
        if self._is_lambda():
            return self._lambda()
        if token.kind is Kind.TEMPLATE:
            self._next()
            return self._template(token)
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

    def _is_reserved(self) -> bool:
        return self._now.value in _NO_VARIABLES

    def _is_lambda(self) -> bool:
        """Tell whether ``function``, ``a ->`` or ``(a, b) ->`` stands here."""
        if self._now.kind is Kind.NAME:
            return bool(self._now.value == "function" or self._tokens[self._position + 1].value == "->")
        if not self._is("("):
            return False
        at = self._position + 1
        while self._tokens[at].kind is Kind.NAME:
            at += 1
            if self._tokens[at].value == ",":
                at += 1
        return bool(self._tokens[at].value == ")" and self._tokens[at + 1].value == "->")

    def _template(self, token: Token) -> Node:
        """Parse the expressions of a template; one that is nothing but an expression keeps its type."""
        parts: list[Node] = []
        around = self._tokens, self._position
        for part in token.value:
            if isinstance(part, str):
                parts.append(Literal(part, token.offset))
                continue
            self._tokens, self._position = list(part), 0
            parts.append(Literal(None, token.offset) if self._now.kind is Kind.END else self._expression())
            if self._now.kind is not Kind.END:
                raise self._fault("an operator or '}' is missing before this")
        self._tokens, self._position = around
        if not parts:
            return Literal("", token.offset)
        return parts[0] if len(parts) == 1 else Template(tuple(parts), token.offset)

    def _name(self) -> Node:
        token = self._now
        if token.value == "new":
            raise self._fault("'new' is not supported: no class of Java can be reached")
        if token.value in _RESERVED:
            raise self._fault(f"{token.value!r} begins a statement, and a value is missing here")
        self._next()
        if token.value in _CONSTANTS:
            return Literal(_CONSTANTS[token.value], token.offset)
        slot = self._scope.find(token.value)
        if self._is("("):
            if slot is None:
                self._position -= 1
                raise self._fault(f"there is no function {token.value!r}; methods are called as field.method()")
            self._next()
            arguments = self._list(")", "a function is called as name(arguments)")
            return Invoke(Local(slot, token.offset), arguments, token.offset)
        return Name((token.value,), token.offset) if slot is None else Local(slot, token.offset)

    def _list(self, end: str, what: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._is(end):
            if end == "]" and self._is("..."):  # an array that may grow, in JEXL; ours all may
                self._next()
                break
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
