"""``record.filter``: keep the records that fulfil a condition."""

from typing import Self

import attrs

from identitysync.contract import Example, Fields, Mapper, param, script
from identitysync.languages import jexl
from identitysync.scripts.records.condition import Condition, check_condition
from identitysync.values import Record


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

    expression: str = param(doc="A JEXL expression.", example="age >= 18", check=check_condition)

    def open(self) -> Self:
        """Compile the expression once."""
        return _Filter(Condition.of(self.expression))  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record | None:
        """Judge one record; a run uses ``open`` first."""
        return self.open().map(record)

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        fields.drop_unless(fields.expression(jexl.condition(self.expression)).source)


@attrs.frozen
class _Filter:
    _condition: Condition

    def map(self, record: Record) -> Record | None:
        return record if self._condition.holds(record) else None
