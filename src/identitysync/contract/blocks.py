"""Files cut into blocks that can be worked on apart: what a script offers that wants to be fast on many cores.

A parser that cuts its files lets each block be decoded by itself, wherever that is done; a transform that packs blocks
lets each be packed as soon as it is made. Both are offers: scripts without them work, only not side by side.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import attrs

from identitysync.contract.files import File
from identitysync.contract.records import Note, Rejected
from identitysync.errors import FormatError
from identitysync.values import Record


@attrs.frozen
class Block:
    """A stretch of a file, which begins where a line begins.

    Attributes:
        content: The file that holds it, or its bytes.
        offset: Where it begins in the file, in bytes.
        size: How many bytes it has.
        line: The line on which it begins, from 1.
        last: Whether the file ends with it.
    """

    content: Path | bytes = attrs.field(repr=False)
    offset: int
    size: int
    line: int
    last: bool = False
    _read: bytes | None = attrs.field(default=None, repr=False, eq=False)

    def bytes(self) -> bytes:
        """Give its bytes."""
        if self._read is not None:
            return self._read
        if not isinstance(self.content, Path):
            return self.content
        with self.content.open("rb", buffering=0) as stream:
            stream.seek(self.offset)
            parts = []
            missing = self.size
            while missing and (part := stream.read(missing)):
                parts.append(part)
                missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def tail(self, size: int, line: int) -> "Block":
        """Give the last part of it: that many bytes, which begin on that line."""
        data = self.bytes()[self.size - size :]
        content = self.content if isinstance(self.content, Path) else data
        return Block(content, self.offset + self.size - size, size, line, self.last, data)

    def joined(self, after: "Block") -> "Block":
        """Put the block that follows behind this one."""
        data = self.bytes() + after.bytes()
        content = self.content if isinstance(self.content, Path) else data
        return Block(content, self.offset, self.size + after.size, self.line, after.last, data)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as a place in a file, not as its bytes, where there is a file."""
        return Block, (self.content, self.offset, self.size, self.line, self.last)


@attrs.frozen
class Decoded:
    """What a block held.

    Attributes:
        found: Records and rejected rows, in order.
        rest: The end of the block, when it begins a row that goes on in the next one.
        fault: Why the file cannot be read any further behind what was found.
    """

    found: Sequence[Record | Rejected]
    rest: Block | None = None
    fault: FormatError | None = None


@attrs.frozen
class Table:
    """What the native kernel read from a block.

    Attributes:
        cells: Its table.
        rest: As in ``Decoded``.
    """

    cells: Any
    rest: Block | None = None


class Decoder(Protocol):
    """Decode the blocks of one file, in any order and in any process.

    Attributes:
        names: The fields that every record has, in order and all of them text; None when records differ.
    """

    @property
    def names(self) -> Sequence[str] | None:
        """The fields that every record has."""
        ...

    def decode(self, block: Block) -> Decoded:
        """Read the records of a block."""
        ...


@attrs.frozen
class Cut:
    """A file in blocks.

    Attributes:
        decoder: What decodes them.
        blocks: The blocks, in order; may raise ``FormatError``.
        notes: What the trace shall say.
    """

    decoder: Decoder
    blocks: Iterator[Block]
    notes: tuple[Note, ...] = ()

    def found(self) -> Iterator[Record | Rejected | Note]:
        """Decode block by block.

        Yields:
            Notes, records and rejected rows.

        Raises:
            FormatError: The file cannot be read, or not any further.
        """
        yield from self.notes
        seam = Seam()
        for block in self.blocks:
            whole = seam.join(block)
            if whole is None:
                continue
            decoded = self.decoder.decode(whole)
            yield from decoded.found
            if decoded.fault is not None:
                raise decoded.fault
            seam.keep(decoded.rest)


class Seam:
    """Join what a block leaves over with the blocks that follow it."""

    def __init__(self) -> None:
        """Begin with nothing left over."""
        self._rest: Block | None = None
        self._wanted = 0

    @property
    def open(self) -> bool:
        """Whether something is left over."""
        return self._rest is not None

    def keep(self, rest: Block | None) -> None:
        """Take what a block left over."""
        self._rest = rest
        self._wanted = 0 if rest is None else 4 * rest.size

    def join(self, block: Block) -> Block | None:
        """Put a block behind what is left over.

        Args:
            block: The next block.

        Returns:
            Both together; None while that is less than four times what was left over, so that a row which goes on and
            on is not read again for each block.
        """
        whole = block if self._rest is None else self._rest.joined(block)
        if whole.size < self._wanted and not whole.last:
            self._rest = whole
            return None
        self._rest = None
        return whole


@runtime_checkable
class BlockParser(Protocol):
    """A parser that can cut some of its files into blocks.

    Attributes:
        named: Whether all records of a file have the same fields, all of them text.
    """

    @property
    def named(self) -> bool:
        """Whether all records of a file have the same fields."""
        ...

    def cut(self, file: File) -> Cut | None:
        """Cut a file; None when this one can only be read from its beginning to its end."""
        ...


@runtime_checkable
class BlockTransform(Protocol):
    """A transform that can work block by block: what it makes of two blocks, joined, is what both together become."""

    def pack(self, block: bytes) -> bytes:
        """Convert a block."""
        ...

    def unpack(self, block: bytes) -> bytes:
        """Give back the block that ``pack`` was given."""
        ...
