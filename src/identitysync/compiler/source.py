"""Python source in the making: hygienic names, constants by reference, never a text of the user's."""

from typing import Any

import msgspec

from identitysync.contract.lowering import Surprise


class Source:
    """The lines of one function, and what the names in them stand for.

    Attributes:
        names: What they stand for.
    """

    def __init__(self) -> None:
        """Begin without any line."""
        self.names: dict[str, Any] = {
            "__builtins__": {}, "U": msgspec.UNSET, "len": len, "Surprise": Surprise, "enumerate": enumerate,
            "range": range, "sorted": sorted, "zip": zip,
            "str": str, "list": list, "dict": dict, "int": int, "float": float, "Exception": Exception,
        }  # fmt: skip
        self._lines: list[str] = []
        self._indent = 0
        self._known: dict[int, str] = {}
        self._count = 0

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self._lines.append("    " * self._indent + text)

    def deeper(self) -> None:
        """Go one level in."""
        self._indent += 1

    def back(self) -> None:
        """Go one level out."""
        self._indent -= 1

    @property
    def depth(self) -> int:
        """How deep the next line will be."""
        return self._indent

    @depth.setter
    def depth(self, depth: int) -> None:
        self._indent = depth

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def rewind(self, count: int, depth: int) -> None:
        """Forget the lines behind the first so many."""
        del self._lines[count:]
        self._indent = depth

    def name(self, prefix: str = "x") -> str:
        """Give a name that nothing has yet."""
        self._count += 1
        return f"{prefix}{self._count}"

    def constant(self, value: Any) -> str:
        """Give the name of an object."""
        if value is None or value is True or value is False:
            return str(value)
        name = self._known.get(id(value))
        if name is None:
            name = self._known[id(value)] = self.name("k")
            self.names[name] = value
        return name

    def text(self) -> str:
        """Give the source."""
        return "\n".join(self._lines) + "\n"

    def compiled(self, text: str, name: str) -> Any:
        """Compile a source in which the names of this one are used, and give the function of that name in it."""
        exec(compile(text, "<compiled dataflow>", "exec"), self.names)  # noqa: S102 - our own source: constants stand in it by name
        return self.names[name]
