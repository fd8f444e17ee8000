"""What one evaluation may spend: rounds of loops, calls of functions, time, and the size of what it makes."""

from time import monotonic
from typing import Any, Final

from identitysync.languages.jexl.coercion import Exhausted

MAX_STEPS: Final = 100_000
"""How many rounds of loops and calls of functions one evaluation may take."""

MAX_SECONDS: Final = 5.0
"""How long the loops of one evaluation may take."""

MAX_MADE: Final = 64 * 1024 * 1024
"""How many characters one evaluation may make in all, however many it keeps; an element of an array counts as many."""

_ELEMENT: Final = 32


class Budget:
    """What is left for one evaluation."""

    __slots__ = ("_deadline", "_left", "_steps")

    def __init__(self) -> None:
        """Begin an evaluation."""
        self._steps = MAX_STEPS
        self._left = MAX_MADE
        self._deadline = monotonic() + MAX_SECONDS

    def step(self, at: int) -> None:
        """Pay for a round of a loop, or a call.

        Args:
            at: The offset in the expression, for errors.

        Raises:
            Exhausted: Nothing is left.
        """
        self._steps -= 1
        if self._steps < 0:
            raise Exhausted(f"the evaluation takes more than {MAX_STEPS} rounds and calls", at)
        if not self._steps & 15 and monotonic() > self._deadline:
            raise Exhausted(f"the evaluation takes longer than {MAX_SECONDS} seconds", at)

    def made(self, value: Any, at: int) -> Any:
        """Pay for a value by its size.

        Args:
            value: The value.
            at: The offset in the expression, for errors.

        Returns:
            The value.

        Raises:
            Exhausted: Nothing is left.
        """
        if isinstance(value, str | list | dict):
            self._left -= len(value) * (1 if isinstance(value, str) else _ELEMENT)
            if self._left < 0:
                raise Exhausted(f"the evaluation makes more than {MAX_MADE} characters", at)
        return value
