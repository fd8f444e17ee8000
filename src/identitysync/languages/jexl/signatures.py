"""What the arguments of a method must be."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

NUMBER: Final[frozenset[type]] = frozenset({int})
"""A whole number."""

TEXT: Final[frozenset[type]] = frozenset({str})
"""A text."""

COMPARED: Final[frozenset[type]] = frozenset({str, type(None)})
"""A text or null."""

LETTER: Final[frozenset[type]] = frozenset({str, int})
"""A text, or the code of a character."""

ARRAY: Final[frozenset[type]] = frozenset({list})
"""An array."""

OBJECT: Final[frozenset[type]] = frozenset({dict})
"""An object."""

ANY: Final[frozenset[type]] = frozenset()
"""Whatever it is."""

Methods: TypeAlias = dict[tuple[str, int], tuple[tuple[frozenset[type], ...], Callable[..., Any]]]
"""By name and number of arguments: what the arguments must be, and the work."""
