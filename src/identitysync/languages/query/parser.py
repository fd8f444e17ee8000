"""Read queries, and the parts of queries that a reader's ``select`` and ``where`` hold.

The clauses stand in one order: SELECT, FROM, WHERE, FILTER, GROUP BY, ORDER BY, START, LIMIT. Words of the
language may be written in any case. AND binds before OR, NOT before both. The audit log gives whole entries alone.
Source: Gigya's public pages on the query syntax of accounts.search, ds.search and audit.search.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from identitysync.languages.query.condition_parser import ConditionParser
from identitysync.languages.query.conditions import Condition, Path, is_name
from identitysync.languages.query.cursor import CLAUSES
from identitysync.languages.query.tokens import Kind
from identitysync.languages.query.tree import Aggregate, Everything, Field, Filter, Function, Order, Query, SelectItem

_FUNCTIONS: Final = frozenset(Function)
_WHOLE_ENTRIES: Final = "auditlog"
_T = TypeVar("_T")


def parse_query(text: str) -> Query:
    """Read a whole query.

    Args:
        text: Such as ``SELECT UID, profile FROM accounts WHERE profile.age >= 18 ORDER BY UID LIMIT 100``.

    Returns:
        The query; ``str`` of it is its text again.

    Raises:
        QueryError: The query is wrong; the error points at the place.
    """
    return _whole(text, _Parser.query)


def parse_select(text: str) -> tuple[SelectItem, ...]:
    """Read what stands between SELECT and FROM.

    Args:
        text: Such as ``UID, profile.firstName as name, data`` or ``*``.

    Returns:
        The items, in order.

    Raises:
        QueryError: The text is wrong; the error points at the place.
    """
    return _whole(text, _Parser.select)


def parse_condition(text: str) -> Condition:
    """Read what stands after WHERE.

    Args:
        text: Such as ``profile.country = "DE" and not (data.vip = true)``.

    Returns:
        The condition.

    Raises:
        QueryError: The text is wrong; the error points at the place.
    """
    return _whole(text, _Parser.condition)


def parse_path(text: str) -> Path:
    """Read the path of one field, such as a reader's ``deltaField``.

    Args:
        text: Such as ``profile.lastName``.

    Returns:
        The path.

    Raises:
        QueryError: The text is no path.
    """
    return _whole(text, _Parser.path)


def _whole(text: str, part: Callable[["_Parser"], _T]) -> _T:
    parser = _Parser(text)
    found = part(parser)
    parser.finish()
    return found


class _Parser(ConditionParser):
    """Reads the clauses."""

    def query(self) -> Query:
        self.need("select")
        selected = self.token.offset
        select = self.select()
        self.need("from")
        table = self.path("the name of a table").dotted
        entries = table.lower() == _WHOLE_ENTRIES
        if entries and select != (Everything(),):
            self.fail(f"{table} gives whole entries: select *", selected)
        where = self.condition() if self.take("where") else None
        if entries and self.token.word in ("filter", "group"):
            self.fail(f"{table} knows no {CLAUSES[self.token.word]}")
        return Query(
            select,
            table,
            where=where,
            filter=self.filter() if self.take("filter") else None,
            group_by=self.listed(self.path) if self.take("group", "by") else (),
            order_by=self.listed(self.order) if self.take("order", "by") else (),
            start=self.count("START") if self.take("start") else None,
            limit=self.count("LIMIT") if self.take("limit") else None,
        )

    def select(self) -> tuple[SelectItem, ...]:
        items: list[SelectItem] = []
        measured: Path | None = None
        while True:
            offset = self.token.offset
            items.append(item := self.item())
            if isinstance(item, Aggregate) and item.path:
                if measured is not None and item.path != measured:
                    self.fail(f"all functions of one query measure the same field, here {measured}", offset)
                measured = item.path
            if not self.take(","):
                return tuple(items)

    def item(self) -> SelectItem:
        if self.take("*"):
            return Everything()
        name = self.token.word
        if self.following.text == "(" and self.token.kind is Kind.WORD:
            if name not in _FUNCTIONS:
                self.fail(f"{self.token.text!r} is no function; there are {', '.join(Function)}")
            self.at += 2
            return self.aggregate(Function(name))
        return Field(self.path("a field, * or a function"), self.alias())

    def aggregate(self, function: Function) -> Aggregate:
        if function is Function.COUNT:
            if not self.take("*"):
                self.fail("count takes a * and nothing else")
            path = None
        else:
            path = self.path()
        self.need(")")
        return Aggregate(function, path, self.alias())

    def alias(self) -> str | None:
        if not self.take("as"):
            return None
        name = self.token.text.strip("`")
        if not self.at_name or not is_name(name):
            self.fail("an alias is one name, without dots")
        self.at += 1
        return name

    def filter(self) -> Filter:
        if self.token.kind is Kind.WORD and self.following.word == "by":
            path = self.path()
            self.need("by")
            return Filter(self.condition(), path)
        return Filter(self.condition())

    def order(self) -> Order:
        path = self.path()
        if self.take("desc"):
            return Order(path, descending=True)
        self.take("asc")
        return Order(path)

    def count(self, clause: str) -> int:
        value = self.token.value
        if self.token.kind is not Kind.NUMBER or not isinstance(value, int) or value < 0:
            self.fail(f"{clause} needs a whole number, 0 or more")
        self.at += 1
        return value
