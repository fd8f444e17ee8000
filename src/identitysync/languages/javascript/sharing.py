"""The shared variables of a run: what the scripts of its steps tell each other from batch to batch.

Each script has an engine of its own, which keeps the values that it set; what crosses is their JSON, which nobody but
the engines reads. A run carries one batch at a time through one step, so that changes never meet: the last one counts.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from identitysync.errors import JavaScriptError

_ROOM: Final = 64_000_000
"""Characters of JSON: an engine with 256 MB of memory holds as many."""


class SharedVariables:
    """Keep what the scripts of one run share.

    Attributes:
        scripts: How many they are.
        changes: How often a variable has changed.
    """

    def __init__(self, room: int = _ROOM) -> None:
        """Begin with no variable.

        Args:
            room: How many characters all names and values may have together.
        """
        self.scripts = self.changes = 0
        self._room, self._size = room, 0
        self._values: dict[str, tuple[int, str]] = {}  # in the order of their last change

    def change(self, changes: Sequence[Sequence[str]]) -> int:
        """Take over what a script has changed.

        Args:
            changes: Names, each with its value as JSON.

        Returns:
            How many changes there have been.

        Raises:
            JavaScriptError: There is no room for it.
        """
        for name, value in changes:
            _, old = self._values.pop(name, (0, ""))
            self._size += len(value) - len(old) + (0 if old else len(name))
            self.changes += 1
            self._values[name] = (self.changes, value)
        if self._size > self._room:
            raise JavaScriptError(
                f"the shared variables of all scripts together need more than {self._room // 1_000_000} MB as JSON;"
                " keep what no other step needs in variables of the script"
            )
        return self.changes

    def since(self, change: int) -> list[tuple[str, str]]:
        """Give what has changed.

        Args:
            change: The number of the last change that is known already.

        Returns:
            Names, each with its value as JSON.
        """
        newer = takewhile(lambda each: each[1][0] > change, reversed(self._values.items()))
        return [(name, value) for name, (_, value) in newer]
