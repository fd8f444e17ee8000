"""Walk over the tokens of a query, once, and say what was expected where something else stands."""

from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from identitysync.errors import InvalidParameter, QueryError
from identitysync.languages.query.conditions import RESERVED, Comparison, Path
from identitysync.languages.query.tokens import Kind, Token, tokens

CLAUSES: Final = {
    "select": "SELECT",
    "from": "FROM",
    "where": "WHERE",
    "filter": "FILTER",
    "group": "GROUP BY",
    "order": "ORDER BY",
    "start": "START",
    "limit": "LIMIT",
}
"""The first words of the clauses and their names, in the order in which they stand."""

COMPARISONS: Final = frozenset(Comparison)

_AFTER_NAMES: Final = frozenset({"not", "asc", "desc", "as", "and", "or", "is", "in"})
"""Words that stand before or behind a name so often that one of them alone is rather a slip than a name."""

_T = TypeVar("_T")


class Cursor:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tuple(tokens(text))
        self.at = 0

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self.tokens[self.at]

    @property
    def following(self) -> Token:
        """The one after it."""
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    def finish(self) -> None:
        """Refuse whatever still stands after what was read."""
        token = self.token
        if token.word in CLAUSES:
            order = ", ".join(CLAUSES.values())
            self.fail(f"{CLAUSES[token.word]} has no place here; once each and in this order stand {order}")
        if token.kind is not Kind.END:
            self.fail(f"{token.text[:40]!r} has no place here")

    def path(self, what: str = "the name of a field") -> Path:
        """Read the path of a field."""
        if not self.at_name:
            self.expected(what)
        try:
            path = Path(tuple(self.token.text.replace("`", "").split(".")))
        except InvalidParameter:
            self.fail("a name in back quotes holds letters, digits, _ @ $ -, and begins with no digit")
        self.at += 1
        return path

    @property
    def at_name(self) -> bool:
        """Whether the next token is a name: a word of the language is one where it can mean nothing else."""
        token, following = self.token, self.following
        if token.kind is not Kind.WORD or token.word not in RESERVED:
            return token.kind is Kind.WORD
        if following.word in COMPARISONS or following.word in {",", ")"}:
            return True
        if token.word in _AFTER_NAMES:
            return False
        return following.kind is Kind.END or (following.word in RESERVED and following.word != "by")

    def listed(self, part: Callable[[], _T]) -> tuple[_T, ...]:
        """Read parts with commas between them."""
        parts = [part()]
        while self.take(","):
            parts.append(part())
        return tuple(parts)

    def take(self, *words: str) -> bool:
        """Step over a word, and over those that must follow it, if it is there."""
        if self.token.word != words[0]:
            return False
        self.at += 1
        for word in words[1:]:
            self.need(word)
        return True

    def need(self, word: str) -> None:
        """Step over a word that must be there."""
        if not self.take(word):
            self.expected(word.upper())

    def expected(self, what: str) -> NoReturn:
        """Say what should stand here."""
        token = self.token
        found = "the query ends" if token.kind is Kind.END else f"there is {token.text[:40]!r}"
        self.fail(f"expected {what}, but {found}")

    def fail(self, reason: str, offset: int | None = None) -> NoReturn:
        """Refuse the text, here or at another place of it."""
        raise QueryError(reason, self.text, self.token.offset if offset is None else offset)
