"""A JEXL expression taken as a condition, which filtering and routing share."""

import attrs

from identitysync.errors import ExpressionError, RecordRejected
from identitysync.languages import jexl
from identitysync.values import Record


def check_condition(text: str) -> None:
    """Compile an expression, to see that it is one."""
    jexl.compile(text)


def condition_text(text: str) -> str:
    """Write the expression whose result is true or false as the condition is fulfilled or not.

    Args:
        text: An expression.

    Returns:
        The expression.
    """
    return f"({text}\n) ? true : false"


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
        return cls(jexl.compile(condition_text(text)))

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
