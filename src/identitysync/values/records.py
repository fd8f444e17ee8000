"""A record is an ordered map of names to values.

An absent key is *missing*, ``None`` is *null*; the two are kept apart.
"""

import copy
import marshal
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, TypeAlias, cast

Record: TypeAlias = dict[str, Any]
"""Field names to values: text, number, boolean, None, nested record or list, in the order of the fields."""


class Missing(Enum):
    """The type of ``MISSING``; an enum, so that it stays one object through copies and pickles."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing.MISSING
"""What a path finds where there is no field."""


def copy_records(records: Iterable[Record]) -> list[Record]:
    """Copy records to the bottom, so that two branches never share a nested value.

    Args:
        records: Records of plain values; other values are copied too, only slower.

    Returns:
        The copies, in order.
    """
    batch = records if isinstance(records, list) else list(records)
    try:
        return cast(list[Record], marshal.loads(marshal.dumps(batch)))  # noqa: S302 - bytes made on this very line
    except ValueError:  # a value that is no plain data, such as a datetime of a plug-in
        return copy.deepcopy(batch)
