"""Records without objects in them, for files that know only columns."""

from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values.records import Record


def flatten(record: Record) -> Record:
    """Turn nested objects into fields with dots in their names.

    Args:
        record: The record, which is left alone.

    Returns:
        A flat one; an empty object becomes an empty field, so that its name is not lost.

    Raises:
        RecordRejected: Two fields would get the same name, or the record is nested too deeply.
    """
    flat: Record = {}
    try:
        _spread("", record, flat)
    except RecursionError as fault:
        raise RecordRejected("the record is nested too deeply for columns", code="too-deep") from fault
    return flat


def _spread(prefix: str, record: dict[str, Any], flat: Record) -> None:
    for key, value in record.items():
        name = prefix + key
        if type(value) is dict and value:
            _spread(f"{name}.", value, flat)
            continue
        if name in flat:
            raise RecordRejected(
                f"two fields of the record would become the column {name!r}; rename one of them", code="name-clash"
            )
        flat[name] = "" if type(value) is dict else value
