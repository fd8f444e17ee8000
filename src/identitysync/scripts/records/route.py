"""``record.route``: send records different ways."""

from collections.abc import Collection
from typing import Self

import attrs

from identitysync.contract import Example, Router, entry, param, script
from identitysync.scripts.records.condition import Condition, check_condition
from identitysync.values import Record


@entry
class Way:
    """Name a condition, and the step that gets the records that fulfil it."""

    expression: str = param(doc="A JEXL expression.", example="age >= 18", check=check_condition)
    next: str = param(doc="The id of a step, one of the step's `next`.", example="adults", steps=True)


@script(
    "record.route",
    summary="Send each record the first way whose condition it fulfils.",
    examples=(
        Example(
            "by age",
            {
                "routes": [{"expression": "age >= 18", "next": "adults"}, {"expression": "age >= 0", "next": "minors"}],
                "otherwise": "odd",
            },
            [{"age": 3}, {"age": 40}, {"name": "Ada"}],
            {"adults": [{"age": 40}], "minors": [{"age": 3}], "odd": [{"name": "Ada"}]},
        ),
        Example(
            "some are dropped",
            {"routes": [{"expression": "country eq 'FR'", "next": "french"}]},
            [{"country": "FR"}, {"country": "DE"}],
            {"french": [{"country": "FR"}]},
        ),
    ),
)
class Route(Router):
    """Try the conditions in their order; the first that a record fulfils decides where it goes. A script of ours.

    A record that fulfils none goes to the step of `otherwise`, or is dropped and counted. An expression's result is
    taken as a condition, as JEXL's `? :` takes it; one that fails rejects the record. Every step that is named here
    also stands in the step's `next`, and follows when it is renamed by `rename_step`.
    """

    atomic = True

    routes: list[Way] = param(
        doc="The conditions and where they lead.", example=[{"expression": "age >= 18", "next": "adults"}]
    )
    otherwise: str = param(
        default="", doc="The id of the step that gets all other records; empty drops them.", example="odd", steps=True
    )

    def open(self) -> Self:
        """Compile the conditions once."""
        ways = [(Condition.of(way.expression), (way.next,)) for way in self.routes]
        return _Route(ways, (self.otherwise,) if self.otherwise else ())  # type: ignore[return-value]  # routes alike

    def route(self, record: Record) -> Collection[str]:
        """Route one record; a run uses ``open`` first."""
        return self.open().route(record)


@attrs.frozen
class _Route:
    _ways: list[tuple[Condition, tuple[str]]]
    _otherwise: Collection[str]

    def route(self, record: Record) -> Collection[str]:
        return next((ids for condition, ids in self._ways if condition.holds(record)), self._otherwise)
