"""What decoders offer beyond their records, each a faster form of them."""

from collections.abc import Sequence
from typing import Any, Protocol

from identitysync.contract import Block, Rejected, Table
from identitysync.errors import FormatError


class RowDecoder(Protocol):
    """A decoder that can give the fields of records whose names it knows."""

    def rows(self, block: Block) -> "FoundRows":
        """Read a block."""
        ...


class FoundRows(Protocol):
    """Rows of a block; otherwise as ``Decoded``."""

    rows: list[list[str]]
    rejects: list[Rejected]
    rest: Block | None
    fault: FormatError | None


class ObjectDecoder(Protocol):
    """A decoder that can give objects of a class instead of records."""

    def objects(self, block: Block, type: Any) -> list[Any] | None:
        """Read a block as objects of a class; None when it is not so simple, or a record does not fit."""
        ...

    def texts(self, block: Block) -> Sequence[bytes]:
        """Give the JSON text of each of them."""
        ...


class TableDecoder(Protocol):
    """A decoder of which the native kernel can read blocks."""

    def table(self, block: Block, shape: Any) -> Table | None:
        """Read a block; None when it is not so simple, or a record is not of this shape."""
        ...
