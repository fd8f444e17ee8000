"""Walk over the tokens of an expression."""

from collections.abc import Iterable
from typing import Final

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.scope import Scope
from identitysync.languages.jexl.tokens import Kind, Token

MAX_DEPTH: Final = 100
"""How deep an expression may be nested: parentheses, arguments, statements, operands of operators that bind tighter."""


class Cursor:
    """Where in the tokens of an expression a parser stands."""

    def __init__(self, text: str, tokens: Iterable[Token]) -> None:
        """Begin.

        Args:
            text: The expression, for errors.
            tokens: Its tokens.
        """
        self._text = text
        self._tokens = list(tokens)
        self._position = 0
        self._depth = 0
        self._loops = 0
        self._scope = Scope()

    @property
    def _now(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        token = self._now
        self._position += 1
        return token

    def _at_end(self) -> bool:
        return self._now.kind is Kind.END

    def _is(self, *signs: str) -> bool:
        return self._now.kind is Kind.SIGN and self._now.value in signs

    def _is_word(self, *words: str) -> bool:
        return self._now.kind is Kind.NAME and self._now.value in words

    def _expect(self, sign: str, what: str) -> int:
        if not self._is(sign):
            raise self._fault(f"{sign!r} is missing: {what}")
        return self._next().offset

    def _fault(self, reason: str) -> ExpressionError:
        return ExpressionError(reason, self._text, self._now.offset)

    def _bound(self, count: int, limit: int, what: str) -> None:
        if count > limit:
            raise self._fault(f"more than {limit} {what}")

    def _deeper(self) -> None:
        self._depth += 1
        self._bound(self._depth, MAX_DEPTH, "levels deep an expression may not be nested")
