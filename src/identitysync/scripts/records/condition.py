"""A JEXL expression taken as a condition, which filtering and routing share."""

import attrs

from identitysync.errors import ExpressionError, RecordRejected
from identitysync.languages import jexl
from identitysync.values import Record


def check_condition(text: str) -> None:
    """Compile an expression, to see that it is one."""
    jexl.compile(text)


@attrs.frozen
class Condition:
    """Tell whether a record fulfils an expression, as JEXL's ``? :`` takes its result."""

    _expression: jexl.Expression

    @classmethod
    def of(cls, text: str) -> "Condition":
        """Compile an expression.

        Args:
            text: The expression.

        Returns:
            The condition.
        """
        return cls(jexl.condition(text))

    def holds(self, record: Record) -> bool:
        """Judge a record.

        Args:
            record: The record.

        Returns:
            Whether it fulfils the condition.

        Raises:
            RecordRejected: The expression failed on it.
        """
        try:
            return bool(self._expression(record))
        except ExpressionError as fault:
            raise RecordRejected(f"the condition failed: {fault}", code="expression") from fault
