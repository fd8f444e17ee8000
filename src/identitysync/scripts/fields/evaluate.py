"""``field.evaluate``: compute fields by expressions."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

import attrs

from identitysync.contract import Example, Fields, Mapper, entry, param, script
from identitysync.errors import ExpressionError, PluginError, RecordRejected
from identitysync.languages import jexl
from identitysync.values import FieldPath, Record


class Language(StrEnum):
    """The languages of expressions."""

    JEXL = "jexl"
    PYJEXL = "pyjexl"


def compiled(language: Language, text: str) -> jexl.Expression:
    """Compile an expression.

    Args:
        language: Its language.
        text: The expression.

    Returns:
        What computes it.

    Raises:
        ExpressionError: It is none in that language.
        PluginError: It uses a transform that a package offers and that cannot be loaded.
    """
    if language is Language.JEXL:
        return jexl.compile(text)
    from identitysync.languages import pyjexl

    return pyjexl.compile(text)


@entry
class Computation:
    """Name a field and the expression that computes it."""

    field: FieldPath = param(doc="The path of the field; it is made when it is missing.", example="data.subscribed")
    expression: str = param(doc="The expression.", example="status eq 'subscribed' ? true : false")


@script(
    "field.evaluate",
    summary="Compute fields by expressions.",
    examples=(
        Example(
            "a text into true or false",
            {
                "language": "jexl",
                "fields": [{"field": "active", "expression": "status eq 'subscribed' ? true : false"}],
            },
            [{"status": "subscribed"}, {"status": "gone"}],
            [{"status": "subscribed", "active": True}, {"status": "gone", "active": False}],
        ),
        Example(
            "the first grown-up, by Mozilla's language",
            {"language": "pyjexl", "fields": [{"field": "adult", "expression": "people[.age > 17].name|upper"}]},
            [{"people": [{"name": "Bob", "age": 3}, {"name": "Ann", "age": 30}]}],
            [{"people": [{"name": "Bob", "age": 3}, {"name": "Ann", "age": 30}], "adult": "ANN"}],
        ),
    ),
)
class Evaluate(Mapper):
    """Write the result of each expression into its field, entry by entry; a later one sees the results of earlier ones.

    The language `jexl` is that of Apache Commons JEXL 3.1, as in the original; `pyjexl` is Mozilla's, with transforms
    that packages can add. A missing field is null. The result keeps its type. An expression that fails rejects the
    record.
    """

    language: Language = param(
        default=Language.JEXL, doc="The language of the expressions: `jexl` or `pyjexl`.", example="jexl"
    )
    fields: list[Computation] = param(
        doc="What is computed into which field.",
        example=[{"field": "active", "expression": "status eq 'subscribed' ? true : false"}],
    )

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # one result that goes to the top is written last of all
        """Whether nothing is written before the last expression has been computed."""
        return len(self.fields) == 1 and len(self.fields[0].field.segments) == 1

    def examine(self) -> Iterator[tuple[str, ExpressionError | PluginError]]:
        """Compile the expressions, to see that they are such in their language."""
        for index, each in enumerate(self.fields):
            try:
                compiled(self.language, each.expression)
            except (ExpressionError, PluginError) as fault:
                yield f"fields[{index}].expression", fault

    def open(self) -> Self:
        """Compile the expressions once."""
        made = [(each.field, compiled(self.language, each.expression)) for each in self.fields]
        return _Evaluator(made)  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record | None:
        """Compute for one record; a run uses ``open`` first."""
        return self.open().map(record)

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for each in self.fields:
            fields.set(each.field, fields.expression(compiled(self.language, each.expression)))


@attrs.frozen
class _Evaluator:
    _computations: list[tuple[FieldPath, jexl.Expression]]

    def map(self, record: Record) -> Record:
        for path, expression in self._computations:
            try:
                value = expression(record)
            except ExpressionError as fault:
                raise RecordRejected(f"the expression for {path} failed: {fault}", code="expression") from fault
            path.set(record, value)
        return record
