"""The variables of a function, known while its text is read: a variable is seen from its declaration on."""


class Scope:
    """The variables of one function; a lambda sees those around it by copies, made when the lambda is."""

    def __init__(self, outer: "Scope | None" = None) -> None:
        """Begin a function.

        Args:
            outer: The function around it.
        """
        self._outer = outer
        self._slots: dict[str, int] = {}
        self.captured: list[tuple[int, int]] = []

    @property
    def count(self) -> int:
        """How many variables there are."""
        return len(self._slots)

    def declare(self, name: str) -> int:
        """Give a variable's number; a name that is declared again is the same variable."""
        return self._slots.setdefault(name, len(self._slots))

    def find(self, name: str) -> int | None:
        """Find a variable's number, here or around the lambda; None when there is no such variable."""
        if name in self._slots or self._outer is None:
            return self._slots.get(name)
        around = self._outer.find(name)
        if around is None:
            return None
        slot = self.declare(name)
        self.captured.append((slot, around))
        return slot
