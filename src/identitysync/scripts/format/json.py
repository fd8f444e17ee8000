"""``file.format.json``: records into a JSON file."""

from collections.abc import Sequence

import attrs
import msgspec

from identitysync.contract import Encoder, Example, Formatter, param, script
from identitysync.errors import RecordRejected
from identitysync.values import Record, json_bytes

_encode = msgspec.json.Encoder().encode


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
    """Write an array with one record per line, or, with `lines`, the records alone.

    Keys keep their order, a missing field stays missing, integers of any size stay exact.
    """

    file_name: str = param(
        doc="The file's name; it may hold sub-folders.", example="accounts_${now}.json", variables=True
    )
    max_file_size: float | None = param(
        default=5000.0,
        doc="Megabytes after which the next part begins: name_1.json, name_2.json.",
        example=5000,
        text=True,
    )
    create_empty_file: bool = param(
        default=False, doc="Whether there is a file when there was no record.", example=True, text=True
    )
    wrap_field: str = param(default="", doc="The name under which the array is wrapped in an object.", example="users")
    lines: bool = param(
        default=False, doc="Whether one object per line is written, without array.", example=True, text=True
    )

    def encoder(self) -> Encoder:
        """Give the encoder of one file."""
        if self.lines:
            return _Json(b"", b"\n", b"", b"")
        start = b"{" + json_bytes(self.wrap_field) + b":[\n" if self.wrap_field else b"[\n"
        return _Json(start, b"", b",\n", b"]}\n" if self.wrap_field else b"]\n")


@attrs.define
class _Json:
    _start: bytes
    _line_end: bytes
    joint: bytes
    _finish: bytes
    _any: bool = False

    def encode(self, records: Sequence[Record]) -> bytes:
        try:
            block = (self.joint or self._line_end).join(map(_encode, records)) + self._line_end
        except (ValueError, TypeError, RecursionError) as fault:
            raise RecordRejected(f"the record cannot be written as JSON: {fault}", code="not-json") from fault
        self._any = True
        return block

    def start(self) -> bytes:
        return self._start

    def finish(self) -> bytes:
        return (b"\n" if self._any and self._finish else b"") + self._finish

    def layout(self) -> int:
        return 0

    def adapt(self, block: bytes, layout: int) -> bytes:
        return block
