"""A record as the row of a data extension: columns, and plain values in them."""

from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values import Record, all_finite, flatten, json_bytes


def row_of(record: Record) -> Record:
    """Make the row of a record.

    Args:
        record: The record, which is left alone.

    Returns:
        A flat one: fields of nested objects have dots in their names, lists become JSON, and objects that hold nothing,
        as a rename leaves them behind, are left out.

    Raises:
        RecordRejected: Two fields would get the same name, the record is nested too deeply, or a value is not such as
            JSON has.
    """
    try:
        row = flatten(_without_empty(record) if dict in map(type, record.values()) else record)
        finite = all_finite(row.values())
        row = {name: json_bytes(value).decode() if isinstance(value, list) else value for name, value in row.items()}
        json_bytes(row)
    except RecursionError as fault:
        raise RecordRejected("the record is nested too deeply for columns", code="too-deep") from fault
    except ValueError as fault:
        raise RecordRejected(f"the record cannot be written as JSON: {fault}", code="no-json") from fault
    if not finite:
        raise RecordRejected("the record holds a number that is infinite, or none", code="no-json")
    return row


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _without_empty(value) if type(value) is dict else value for name, value in record.items()}
    return {name: value for name, value in kept.items() if value != {}}
