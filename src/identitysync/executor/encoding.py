"""Batches of records into blocks of bytes."""

from collections.abc import Iterator
from time import perf_counter
from typing import Protocol

from identitysync.contract import Encoder, Layout, Rejected
from identitysync.errors import RecordRejected
from identitysync.executor.counting import Counter
from identitysync.values import Record


class Encoding(Protocol):
    """A stage that makes bytes of records.

    Attributes:
        limit: How many bytes a part of its file may have; None for any number.
        counter: Its counts.
    """

    limit: int | None
    counter: Counter

    def made(self, block: bytes, layout: Layout) -> None:
        """Take a block."""
        ...

    def timed(self, started: float) -> None:
        """Add the time since ``started`` to the stage's own."""
        ...

    def reject(self, rejects: list[Rejected]) -> None:
        """Send rejected records their way."""
        ...


def encode_all(stage: Encoding, encoder: Encoder, batch: list[Record]) -> None:
    """Encode the records that come to a stage.

    Args:
        stage: The stage.
        encoder: The encoder of its file.
        batch: The records.
    """
    started = perf_counter()
    rejects: list[Rejected] = []
    for block in encoded(encoder, batch, stage.limit, rejects):
        stage.made(block, encoder.layout())
    stage.counter.received += len(batch)
    stage.counter.passed += len(batch) - len(rejects)
    stage.timed(started)
    stage.reject(rejects)


def encoded(encoder: Encoder, batch: list[Record], limit: int | None, rejects: list[Rejected]) -> Iterator[bytes]:
    """Encode a batch.

    Args:
        encoder: The file's encoder.
        batch: The records.
        limit: How many bytes a part of the file may have; blocks are small beside that, so that parts are filled well.
        rejects: Receives the records that cannot be encoded.

    Yields:
        Blocks.
    """
    try:
        block = encoder.encode(batch)
    except RecordRejected as fault:
        if len(batch) == 1:
            rejects.append(Rejected(batch[0], fault.message, fault.code))
            return
        for record in batch:
            yield from encoded(encoder, [record], limit, rejects)
        return
    if is_large(len(block), limit) and len(batch) > 1:
        half = len(batch) // 2
        yield from encoded(encoder, batch[:half], limit, rejects)
        yield from encoded(encoder, batch[half:], limit, rejects)
    else:
        yield block


def is_large(size: int, limit: int | None) -> bool:
    """Tell whether a block is too large for a part of the file to be filled well."""
    return limit is not None and size * 8 > limit
