"""Values of records that cannot be written as JSON, found before they spoil a whole batch."""

from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values import json_bytes


def check_sendable(value: Any) -> bytes:
    """Refuse what JSON cannot hold.

    Args:
        value: What shall be sent of a record.

    Returns:
        Its JSON.

    Raises:
        RecordRejected: It holds something that JSON cannot, such as half a character.
    """
    try:
        return json_bytes(value)
    except ValueError as fault:
        raise RecordRejected(f"the record cannot be sent: {fault}", code="cannot-be-sent") from fault
