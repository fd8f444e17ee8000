"""Read conditions: AND binds before OR, NOT (or ``!``) before both."""

from typing import Final

from identitysync.errors import QueryError
from identitysync.languages.query.conditions import (
    RESERVED,
    Among,
    And,
    Compare,
    Comparison,
    Condition,
    Contains,
    FitsRegex,
    IsNull,
    Not,
    Or,
    Path,
)
from identitysync.languages.query.cursor import COMPARISONS, Cursor
from identitysync.languages.query.matching import compile_regex
from identitysync.languages.query.quoting import Literal
from identitysync.languages.query.tokens import Kind

MAX_DEPTH: Final = 50
"""How deep conditions may be nested."""

_EQUALITIES: Final = (Comparison.EQUAL, Comparison.NOT_EQUAL)


class ConditionParser(Cursor):
    """Reads what stands after WHERE."""

    depth = 0

    def condition(self) -> Condition:
        """Read conditions joined by OR."""
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self) -> Condition:
        """Read conditions joined by AND."""
        parts = [self.term()]
        while self.take("and"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def term(self) -> Condition:
        """Read one condition, or one in parentheses or behind NOT."""
        named = self.token.word == "not" and self.following.word in COMPARISONS
        if named or self.token.word not in ("not", "!", "("):
            return self.test()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"conditions are nested deeper than {MAX_DEPTH}")
        term: Condition
        if self.take("not") or self.take("!"):
            term = Not(self.term())
        else:
            self.need("(")
            term = self.condition()
            self.need(")")
        self.depth -= 1
        return term

    def test(self) -> Condition:
        """Read a field and what must hold of it."""
        path = self.path()
        operator = self.token
        if operator.word in COMPARISONS:
            self.at += 1
            return self.comparison(path, Comparison(operator.word), operator.offset)
        if operator.word == "!":
            self.fail("a ! stands before a condition; different is written !=")
        if self.take("is"):
            negated = self.take("not")
            self.need("null")
            return IsNull(path, negated)
        negated = self.take("not")
        if self.take("contains"):
            return Contains(path, self.literal(), negated)
        if self.take("in"):
            self.need("(")
            values = self.listed(self.literal)
            self.need(")")
            return Among(path, values, negated)
        if self.token.word == "regex":
            return FitsRegex(path, self.regex(), negated)
        return self.expected(f"after {path} one of = != < <= > >= contains in is regex")

    def comparison(self, path: Path, operator: Comparison, offset: int) -> Condition:
        """Read what stands behind an operator."""
        if self.token.word == "regex" and self.following.text == "(":
            if operator not in _EQUALITIES:
                self.fail(f"a field is = or != a regex, never {operator}", offset)
            return FitsRegex(path, self.regex(), operator is Comparison.NOT_EQUAL)
        if self.token.text in ("=", ">", "<") and self.tokens[self.at - 1].offset + len(operator) == self.token.offset:
            self.fail(f"'{operator}{self.token.text}' is no operator; write = for equal and != for different", offset)
        if self.token.word == "null":
            self.fail(f"null is equal to nothing; write {path} is {_not(operator)}null", offset)
        value = self.literal()
        if isinstance(value, bool) and operator not in _EQUALITIES:
            self.fail("true and false have no order; use = or !=", offset)
        return Compare(path, operator, value)

    def regex(self) -> str:
        """Read ``regex('…')`` and prove its pattern."""
        self.need("regex")
        self.need("(")
        pattern = self.token
        if pattern.kind is not Kind.TEXT or not isinstance(pattern.value, str):
            self.expected("a pattern in quotes")
        try:
            compile_regex(pattern.value)
        except QueryError as fault:
            raise QueryError(fault.reason, self.text, pattern.offset) from None
        self.at += 1
        self.need(")")
        return pattern.value

    def literal(self) -> Literal:
        """Read a value."""
        token = self.token
        if token.kind in (Kind.TEXT, Kind.NUMBER):
            self.at += 1
            return token.value
        if token.word in ("true", "false"):
            self.at += 1
            return token.word == "true"
        if token.kind is Kind.WORD and token.word not in RESERVED:
            self.fail(f"a field is compared with a value; if {token.text!r} is a text, put it in quotes")
        return self.expected("a text in quotes, a number, true or false")


def _not(operator: Comparison) -> str:
    return "not " if operator is Comparison.NOT_EQUAL else ""
