"""``file.format.json``: records into a JSON file."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from identitysync.contract import Cells, Encoder, Example, Fields, Formatter, Layout, Rows, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.scripts.format.json_cells import emit_cells
from identitysync.scripts.format.plain import PlainEncoder
from identitysync.scripts.format.sizes import check_size
from identitysync.values import Record, all_finite, json_bytes, why_not

_encode_lines: Final = msgspec.json.Encoder().encode_lines


@script(
    "file.format.json",
    summary="Write records into a JSON file.",
    examples=(
        Example("an array", {"fileName": "a.json"}, [{"a": 1}, {"b": None}], '[\n{"a":1},\n{"b":null}\n]\n'),
        Example(
            "one object per line", {"fileName": "a.json", "lines": True}, [{"a": 1}, {"a": 2}], '{"a":1}\n{"a":2}\n'
        ),
        Example("wrapped", {"fileName": "a.json", "wrapField": "users"}, [{"a": 1}], '{"users":[\n{"a":1}\n]}\n'),
    ),
)
class FormatJson(Formatter):
    """Write an array with one record per line, or, with `lines` (*our choice*), the records alone.

    Keys keep their order, a missing field stays missing, integers of any size stay exact. A record is rejected when it
    holds what JSON cannot: a number that is infinite or none, half of a surrogate pair.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="accounts_${now}.json", variables=True
    )
    max_file_size: float | None = param(
        default=5000.0,
        doc="Megabytes after which the next part begins: name_1.json, name_2.json.",
        example=5000,
        text=True,
        check=check_size,
    )
    create_empty_file: bool = param(
        default=False,
        doc="Whether there is a file, with an empty array, when there was no record.",
        example=True,
        text=True,
    )
    wrap_field: str = param(
        default="", doc="The name under which the array is wrapped in an object; empty for none.", example="users"
    )
    lines: bool = param(
        default=False, doc="Whether one object per line is written, without array.", example=True, text=True
    )

    def __attrs_post_init__(self) -> None:
        """Refuse parameters that contradict each other."""
        if self.lines and self.wrap_field:
            raise InvalidParameter("with lines there is no array that wrapField could wrap; give one of the two")
        try:
            json_bytes(self.wrap_field)
        except ValueError as fault:
            raise InvalidParameter(f"wrapField is no text that JSON can hold: {self.wrap_field!r}") from fault

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        if self.lines:
            return PlainEncoder(_lines)
        opening, closing = (b"{" + json_bytes(self.wrap_field) + b":[", b"]}") if self.wrap_field else (b"[", b"]")
        return PlainEncoder(_array, opening, b"\n" + closing + b"\n", b",")

    def emit_rows(self, fields: Fields, layout: Layout) -> Rows:
        """Do the same in a function."""
        return Rows(fields.whole(), _row, _encode_lines if self.lines else _block)

    def emit_cells(self, fields: Fields, layout: Layout) -> Cells:
        """Do the same natively."""
        return emit_cells(fields, lambda record: _lines([record]), _same if self.lines else _elements)


def _row(record: Record) -> Record:
    _lines([record])
    return record


def _same(lines: bytes) -> bytes:
    return lines


def _array(records: Sequence[Record]) -> bytes:
    return _elements(_lines(records))


def _block(records: list[Any]) -> bytes:
    return _elements(_encode_lines(records))


def _elements(lines: bytes) -> bytes:
    # a line feed inside a text is written as \n, so each one in the bytes is the end of a record
    return b"\n" + lines[:-1].replace(b"\n", b",\n") if lines else b""


def _lines(records: Sequence[Record]) -> bytes:
    try:
        block = _encode_lines(records)
        finite = b"null" not in block or all(all_finite(record.values()) for record in records)
    except (ValueError, TypeError, RecursionError) as fault:
        raise RecordRejected(f"the record cannot be written as JSON: {why_not(fault)}", code="not-json") from fault
    if not finite:  # they are written as null
        raise RecordRejected("a number is infinite or none at all (NaN), which JSON cannot hold", code="not-finite")
    return block
