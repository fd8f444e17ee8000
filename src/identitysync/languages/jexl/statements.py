"""Parse the statements of JEXL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from identitysync.languages.jexl.changes import CHANGING
from identitysync.languages.jexl.expressions import Expressions
from identitysync.languages.jexl.scope import Scope
from identitysync.languages.jexl.tokens import Kind
from identitysync.languages.jexl.tree import (
    Assign,
    Block,
    Call,
    ForEach,
    If,
    Invoke,
    Jump,
    Lambda,
    Literal,
    Local,
    Loop,
    Name,
    Node,
    Program,
    Return,
    Statement,
    walk,
)

_OPENING: Final = frozenset({"{", "(", "["})
_CLOSING: Final = frozenset({"}", ")", "]"})
_STATEMENTS: Final = frozenset({"if", "for", "foreach", "while", "do", "return", "break", "continue", "var"})


class Statements(Expressions):
    """Parse a whole expression, from its first statement to its last."""

    def whole(self) -> Node | Program:
        """Parse everything.

        Returns:
            A node when it is one value, else a program.
        """
        found = self._until_end()
        only = found[0] if len(found) == 1 else None
        if isinstance(only, Lambda) and not only.captured:  # the program itself is a function, called without arguments
            return Program(only.slots, only.body)
        if only is None or not isinstance(only, Node) or _needs_function(only):
            return Program(self._scope.count, Block(tuple(found), 0))
        return only

    def _until_end(self) -> list[Statement]:
        found: list[Statement] = []
        if self._at_end():
            raise self._fault("the expression ends too early")
        while not self._at_end():
            self._one(found, "an operator or the end is missing before this")
        return found

    def _one(self, found: list[Statement], missing: str) -> None:
        if self._is(";"):
            self._next()
        else:
            found.append(self._ended(missing))

    def _ended(self, missing: str) -> Statement:
        """Parse a statement and what ends it; between two expressions in a row there must be a semicolon."""
        ends_itself = self._is_word("var", "if", "for", "foreach", "while", "do", "break", "continue")
        node = self._statement()
        if self._is(";"):
            self._next()
            return node
        ended = ends_itself or isinstance(node, Block | Return) or self._at_end() or self._is("}")
        if not ended and not self._is_word("else", *_STATEMENTS):
            raise self._fault(missing)
        return node

    def _statement(self) -> Statement:
        if self._is("{") and self._is_block():
            return self._block()
        if self._now.kind is Kind.NAME:
            match self._now.value:
                case "if":
                    return self._if()
                case "for" | "foreach":  # the older word, with "in", is that of Commons JEXL 2
                    return self._for()
                case "while":
                    return self._while()
                case "do":
                    return self._do()
                case "var":
                    return self._var()
                case "return":
                    offset = self._next().offset
                    return Return(self._expression(), offset)
                case "break" | "continue":
                    return self._jump()
        return self._expression()

    def _is_block(self) -> bool:
        """Tell a block from a set or a map: it has a semicolon or begins with a statement's word."""
        first = self._tokens[self._position + 1]
        if first.kind is Kind.NAME and first.value in _STATEMENTS:
            return True
        depth = 0
        for token in self._tokens[self._position :]:
            if token.kind is not Kind.SIGN:
                continue
            if token.value in _OPENING:
                depth += 1
            elif token.value in _CLOSING:
                depth -= 1
                if depth == 0:
                    return False
            elif token.value == ";" and depth == 1:
                return True
        return False

    def _block(self) -> Block:
        offset = self._expect("{", "statements stand between { and }")
        self._deeper()
        found: list[Statement] = []
        while not self._is("}"):
            if self._at_end():
                raise self._fault("'}' is missing: a block is opened and never closed")
            self._one(found, "';' or '}' is missing before this")
        self._next()
        self._depth -= 1
        return Block(tuple(found), offset)

    def _body(self) -> Statement:
        """Parse what stands behind ``if (…)``, ``else`` and ``for (…)``: a brace is a block there, never a set."""
        if self._is("{"):
            return self._block()
        if self._is(";"):
            return Block((), self._next().offset)
        if self._at_end():
            raise self._fault("the expression ends too early")
        self._deeper()
        found = self._ended("an operator or ';' is missing before this")
        self._depth -= 1
        return found

    def _condition(self, word: str) -> Node:
        self._expect("(", f"{word} (condition) …")
        node = self._expression()
        self._expect(")", f"{word} (condition) …")
        return node

    def _if(self) -> If:
        offset = self._next().offset
        condition = self._condition("if")
        yes = self._body()
        if not self._is_word("else"):
            return If(condition, yes, Literal(None, offset), offset)
        self._next()
        return If(condition, yes, self._body(), offset)

    @contextmanager
    def _loop(self) -> Iterator[None]:
        self._loops += 1
        yield
        self._loops -= 1

    def _jump(self) -> Jump:
        if not self._loops:
            raise self._fault(f"{self._now.value!r} stands outside of a loop")
        token = self._next()
        return Jump(token.value, token.offset)

    def _while(self) -> Loop:
        offset = self._next().offset
        condition = self._condition("while")
        with self._loop():
            return Loop(condition, Block((), offset), self._body(), offset)

    def _do(self) -> Loop:
        offset = self._next().offset
        with self._loop():
            body = self._body()
        if not self._is_word("while"):
            raise self._fault("'while' is missing: do { … } while (condition)")
        self._next()
        return Loop(self._condition("do { … } while"), Block((), offset), body, offset, late=True)

    def _for(self) -> Statement:
        offset = self._next().offset
        how = "for (variable : items) …, or for (begin; condition; step) …"
        self._expect("(", how)
        declared = self._is_word("var")
        ahead = self._tokens[self._position + declared : self._position + declared + 2]
        if ahead[0].kind is Kind.NAME and (
            ahead[1].value == ":" or (ahead[1].kind is Kind.NAME and ahead[1].value == "in")
        ):
            self._position += declared
            variable = self._variable(declared=declared)
            self._next()
            items = self._expression()
            self._expect(")", how)
            with self._loop():
                return ForEach(variable, items, self._body(), offset)
        nothing = Block((), offset)
        begin = nothing if self._is(";") else self._statement()
        self._expect(";", how)
        condition = Literal(True, offset) if self._is(";") else self._expression()
        self._expect(";", how)
        step = nothing if self._is(")") else self._expression()
        self._expect(")", how)
        with self._loop():
            return Block((begin, Loop(condition, step, self._body(), offset)), offset)

    def _variable(self, *, declared: bool) -> Local | Name:
        if self._now.kind is not Kind.NAME or self._is_reserved():
            raise self._fault("the name of a variable is missing")
        token = self._next()
        slot = self._scope.declare(token.value) if declared else self._scope.find(token.value)
        return Name((token.value,), token.offset) if slot is None else Local(slot, token.offset)

    def _var(self) -> Node:
        self._next()
        variable = self._variable(declared=True)
        value: Node = Literal(None, variable.offset)
        if self._is("="):
            self._next()
            value = self._expression()
        return Assign(variable, "", value, variable.offset)

    def _lambda(self) -> Lambda:
        """Parse ``function (a, b) { … }``, ``(a, b) -> { … }``, ``a -> { … }``, and ``a -> value``."""
        offset = self._now.offset
        before, loops = self._scope, self._loops
        self._scope, self._loops = Scope(before), 0
        arrow = not self._is_word("function")
        if not arrow:
            self._next()
        how = "a function is written as (a, b) -> { … }"
        if arrow and not self._is("("):
            self._variable(declared=True)
        else:
            self._expect("(", how)
            while not self._is(")"):
                self._variable(declared=True)
                if not self._is(","):
                    break
                self._next()
            self._expect(")", how)
        parameters = self._scope.count
        if arrow:
            self._expect("->", how)
        elif not self._is("{"):
            raise self._fault(f"'{{' is missing: {how}")
        body = self._body() if self._is("{") else self._expression()
        made = self._scope
        self._scope, self._loops = before, loops
        return Lambda(parameters, tuple(made.captured), made.count, body, offset)


def _needs_function(node: Node) -> bool:
    return any(
        isinstance(each, Assign | Local | Lambda | Invoke) or (isinstance(each, Call) and each.method in CHANGING)
        for each in walk(node)
    )
