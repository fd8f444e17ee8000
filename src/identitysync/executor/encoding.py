"""Batches of records into blocks of bytes."""

from collections.abc import Iterator

from identitysync.contract import Encoder, Rejected
from identitysync.errors import RecordRejected
from identitysync.values import Record


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
