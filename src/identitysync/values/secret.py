"""A text that nobody should see by accident."""

from typing import Final

import attrs

MASK: Final = "********"
"""What stands in the place of a secret, as in the original."""


@attrs.frozen(repr=False, str=False)
class Secret:
    """Hold a password or key that never prints.

    Attributes:
        _text: The secret itself; only ``reveal`` gives it out.
    """

    _text: str = attrs.field(validator=attrs.validators.instance_of(str))

    def reveal(self) -> str:
        """Give the secret out, to be handed to the other system and nowhere else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"
