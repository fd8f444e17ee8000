"""What turns batches of records into the bytes of a file."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from identitysync.contract.lowering import Layout
from identitysync.values import Record


class Encoder(Protocol):
    """Turn batches of records into the blocks of bytes of one file, which may be split into several.

    A file is ``start()``, its blocks with ``joint`` between them, ``finish()``. What a file starts with may be known
    last (the columns of a DSV file are the union of all fields), so ``start`` is asked again at the end; blocks that
    were made under an earlier ``layout`` are handed to ``adapt`` then. Blocks may be made by other encoders, elsewhere:
    ``adopt`` takes over the layout in which such a block is.
    """

    @property
    def joint(self) -> bytes:
        """What stands between two blocks."""
        ...

    def encode(self, records: Sequence[Record]) -> bytes:
        """Encode a batch; raise ``RecordRejected``, with nothing remembered, when one of its records cannot be."""
        ...

    def start(self) -> bytes:
        """Give what each part of the file starts with, as far as it is known by now."""
        ...

    def finish(self) -> bytes:
        """Give what each part of the file ends with."""
        ...

    def layout(self) -> Layout:
        """Give the layout in which blocks are made now; empty where there is only one."""
        ...

    def adopt(self, layout: Layout) -> bool:
        """Go on from the layout of a block that was made elsewhere; False, and no change, when it contradicts."""
        ...

    def adapt(self, block: bytes, layout: Layout) -> bytes:
        """Bring a block that was made in an earlier layout into the present one."""
        ...


@runtime_checkable
class Settling(Protocol):
    """An encoder that can tell that the start and the layout of its file will not change any more.

    A part of such a file is complete as soon as the next one begins, and is sent on at once.
    """

    @property
    def settled(self) -> bool:
        """Whether they will not."""
        ...
