"""Records without objects in them, for files that know only columns."""

from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values.records import Record


def flattened(record: Record) -> Record:
    """Give a record without objects in it: itself, if it has none, else what ``flatten`` makes of it.

    Args:
        record: The record, which is left alone.

    Returns:
        A flat one.

    Raises:
        RecordRejected: As of ``flatten``.
    """
    return flatten(record) if dict in map(type, record.values()) else record


def flatten(record: Record) -> Record:
    """Turn nested objects into fields with dots in their names.

    Args:
        record: The record, which is left alone.

    Returns:
        A flat one; an empty object becomes an empty field, so that its name is not lost.

    Raises:
        RecordRejected: Two fields would get the same name, or the record is nested too deeply.
    """
    made: Record = {}
    try:
        _spread("", record, made)
    except RecursionError as fault:
        raise RecordRejected("the record is nested too deeply for columns", code="too-deep") from fault
    return made


def _spread(prefix: str, record: dict[str, Any], made: Record) -> None:
    for key, value in record.items():
        name = prefix + key
        if type(value) is dict and value:
            _spread(f"{name}.", value, made)
            continue
        if name in made:
            raise RecordRejected(
                f"two fields of the record would become the column {name!r}; rename one of them", code="name-clash"
            )
        made[name] = "" if type(value) is dict else value
