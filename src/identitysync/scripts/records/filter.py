"""``record.filter``: keep the records that fulfil a condition."""

from typing import Self

import attrs

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.errors import ExpressionError, RecordRejected
from identitysync.languages import jexl
from identitysync.values import Record


def check_expression(text: str) -> None:
    """Compile an expression, to see that it is one."""
    jexl.compile(text)


@script(
    "record.filter",
    summary="Keep the records that fulfil a condition, and drop the others.",
    examples=(Example("adults", {"expression": "age >= 18"}, [{"age": 3}, {"age": 18}, {}], [{"age": 18}]),),
)
class Filter(Mapper):
    """Drop every record for which the expression is not true; dropped records are counted. A script of ours.

    The expression's result is taken as a condition, as JEXL's `? :` takes it. An expression that fails rejects the
    record.
    """

    atomic = True

    expression: str = param(doc="A JEXL expression.", example="age >= 18", check=check_expression)

    def open(self) -> Self:
        """Compile the expression once."""
        return _Filter(jexl.compile(self._condition))  # type: ignore[return-value]  # maps alike

    def map(self, record: Record) -> Record | None:
        """Judge one record; a run uses ``open`` first."""
        return self.open().map(record)

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.drop_unless(fields.expression(jexl.compile(self._condition)).source)

    @property
    def _condition(self) -> str:
        return f"({self.expression}\n) ? true : false"


@attrs.frozen
class _Filter:
    _condition: jexl.Expression

    def map(self, record: Record) -> Record | None:
        try:
            return record if self._condition(record) else None
        except ExpressionError as fault:
            raise RecordRejected(f"the condition failed: {fault}", code="expression") from fault
