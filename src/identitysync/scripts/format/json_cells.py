"""JSON lines of cells that the native kernel writes."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from identitysync.contract import Cells, Fields, Unfit, parts_of
from identitysync.native import kernel
from identitysync.values import Record

_encode: Final = msgspec.json.Encoder().encode


def emit_cells(fields: Fields, row: Callable[[Record], bytes], made: Callable[[bytes], bytes]) -> Cells:
    """Say which cells a record becomes.

    Args:
        fields: The record.
        row: Gives the line of a record.
        made: Makes what stands in the file of lines.

    Returns:
        The cells.
    """
    native = kernel()
    if native is None:
        raise Unfit("there is no native kernel")
    names, values = parts_of(fields.tree())
    parts = [(b"" if what == "end" else _encode(name) + b":", what) for name, what in names]

    def block(table: Any, sources: list[Any], order: list[Any]) -> bytes:
        return made(native.write_json(table, sources, order, parts, _encode))

    return Cells(values, block, row)
