"""A file on its way: a name and a stream that can be opened again."""

import io
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import attrs


def _content(value: Path | str | bytes) -> Path | bytes:
    return Path(value) if isinstance(value, str) else value


@attrs.frozen
class File:
    """Carry one file between steps.

    Attributes:
        name: Its name, which may hold sub-folders (``success/report.json``).
        content: Where its bytes are: a path on this machine, or the bytes themselves.
        modified: When it was last changed at its source, where that is known.
        marker: Whether it tells others that the files beside it are complete, and is therefore published last.
    """

    name: str
    content: Path | bytes = attrs.field(converter=_content, repr=False)
    modified: datetime | None = None
    marker: bool = False

    @classmethod
    def of(cls, value: "File | Path | str | bytes", name: str = "input") -> "File":
        """Make a file of whatever a caller has at hand.

        Args:
            value: A file, a path or bytes.
            name: The name that bare bytes get.

        Returns:
            The file.
        """
        if isinstance(value, File):
            return value
        if isinstance(value, bytes):
            return cls(name, value)
        return cls(Path(value).name, Path(value))

    def open(self) -> BinaryIO:
        """Open the bytes from their beginning; every call gives a stream of its own."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        return cast(BinaryIO, self.content.open("rb"))

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size
