"""The merge fields of an audience, by the tags that records use for them."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from identitysync.errors import RecordRejected
from identitysync.values import text_of


class MergeTags:
    """Know which fields of records the audience has, in any case; safe to share between threads."""

    def __init__(self, fields: Iterable[Mapping[str, Any]], tell: Callable[[str], None]) -> None:
        """Take the merge fields.

        Args:
            fields: As Mailchimp gives them: ``tag`` and ``type``.
            tell: Is told, once for each name, which fields of records are none of them.
        """
        self._types = {str(field["tag"]).upper(): str(field.get("type", "text")) for field in fields}
        self._tell = tell
        self._lock = threading.Lock()
        self._unknown: set[str] = set()

    def merge(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Give those fields that the audience has, by their tags, as Mailchimp takes them.

        Args:
            fields: Names and values.

        Raises:
            RecordRejected: A merge field cannot hold its value.
        """
        merge = {}
        for name, value in fields.items():
            kind = self._types.get(name.upper())
            if kind is None:
                self._tell_once(name)
            else:
                merge[name.upper()] = _merge_value(name, kind, value)
        return merge

    def _tell_once(self, name: str) -> None:
        with self._lock:
            new = name not in self._unknown
            self._unknown.add(name)
        if new:
            known = ", ".join(sorted(self._types)) or "none"
            self._tell(f"the field {name!r} is not sent: the audience has no such merge field; it has {known}")


def _merge_value(name: str, kind: str, value: Any) -> Any:
    if isinstance(value, dict | list) and not (kind == "address" and isinstance(value, dict)):
        found = "an object" if isinstance(value, dict) else "an array"
        raise RecordRejected(
            f"the merge field {name} ({kind}) takes one value, and there is {found}; join or select it first",
            code="not-one-value",
        )
    return value if isinstance(value, int | float | dict) and not isinstance(value, bool) else text_of(value)
