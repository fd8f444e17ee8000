"""One part of a file as it grows in the spool, packed block by block where that is wanted."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import attrs

from identitysync.contract import BlockTransform, Encoder, Layout
from identitysync.executor.spool import storage_errors


@attrs.frozen
class _Piece:
    """A stretch of the part: a block, or what stands between two of them.

    Attributes:
        length: How many bytes it has in the spool.
        layout: The layout of a block; None of anything else.
    """

    length: int
    layout: Layout | None


class Part:
    """One part of a file.

    Attributes:
        size: How many bytes it has, not packed.
    """

    def __init__(self, path: Path, start: bytes, pack: BlockTransform | None) -> None:
        """Begin.

        Args:
            path: Where it grows.
            start: What it starts with, as far as that is known.
            pack: What packs it; None for as it is.
        """
        self._path, self._start, self._pack = path, start, pack
        self._stream: BinaryIO | None = None
        self._pieces: list[_Piece] = []
        self._any = False
        self.size = 0
        self._first = self._write(self._packed(start))
        self.size += len(start)

    @property
    def empty(self) -> bool:
        """Whether it has no block yet."""
        return not self._any

    def append(self, block: bytes, size: int, layout: Layout, joint: bytes) -> None:
        """Add a block.

        Args:
            block: Its bytes, packed already.
            size: How many they are when they are not packed.
            layout: Their layout.
            joint: What stands between two blocks.
        """
        if self._any and joint:
            self._pieces.append(_Piece(self._write(self._packed(joint)), None))
            self.size += len(joint)
        self._pieces.append(_Piece(self._write(block), layout))
        self.size += size
        self._any = True

    def complete(self, encoder: Encoder, new_path: Callable[[], Path]) -> Path:
        """End the part, and write it again when what it starts with, or its layout, turned out otherwise.

        Args:
            encoder: Tells what is known now.
            new_path: Makes a file in the spool.

        Returns:
            Where the part is.
        """
        start, layout = encoder.start(), encoder.layout()
        if start == self._start and all(piece.layout in {None, layout} for piece in self._pieces):
            self._end(encoder.finish())
            return self._path
        self.close()
        old_path, self._path = self._path, new_path()
        with storage_errors(str(self._path)), old_path.open("rb") as old:
            old.seek(self._first)
            self._write(self._packed(start))
            for piece in self._pieces:
                block = old.read(piece.length)
                if piece.layout is not None and piece.layout != layout:
                    block = self._packed(encoder.adapt(self._pack.unpack(block) if self._pack else block, piece.layout))
                self._write(block)
        old_path.unlink()
        self._end(encoder.finish())
        return self._path

    def close(self) -> None:
        """Close the stream for now, so that many parts do not hold many open files."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            with storage_errors(str(self._path)):
                stream.close()

    def _end(self, finish: bytes) -> None:
        self._write(self._packed(finish))
        if self._pack is not None and not self._path_has_any():
            self._write(self._pack.pack(b""))  # what is empty is packed, too
        self.close()

    def _path_has_any(self) -> bool:
        self.close()
        with storage_errors(str(self._path)):
            return self._path.stat().st_size > 0

    def _packed(self, piece: bytes) -> bytes:
        return self._pack.pack(piece) if self._pack is not None and piece else piece

    def _write(self, piece: bytes) -> int:
        with storage_errors(str(self._path)):
            if self._stream is None:
                self._stream = self._path.open("ab", buffering=1 << 18)
            self._stream.write(piece)
        return len(piece)
