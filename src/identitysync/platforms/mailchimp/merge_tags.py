"""The merge fields of an audience, by the tags that records use for them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from identitysync.errors import RecordRejected
from identitysync.platforms.known_fields import KnownFields
from identitysync.values import text_of


class MergeTags:
    """Know which fields of records the audience has, in any case; safe to share between threads."""

    def __init__(self, fields: Iterable[Mapping[str, Any]], tell: Callable[[str], None]) -> None:
        """Take the merge fields.

        Args:
            fields: As Mailchimp gives them: ``tag`` and ``type``.
            tell: Is told, once for each name, which fields of records are none of them.
        """
        known = {str(field["tag"]): (str(field["tag"]), str(field.get("type", "text"))) for field in fields}
        self._known = KnownFields(known, "the audience has no such merge field", tell)

    def merge(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Give those fields that the audience has, by their tags, as Mailchimp takes them.

        Args:
            fields: Names and values.

        Raises:
            RecordRejected: A merge field cannot hold its value.
        """
        found = ((self._known.find(name), value) for name, value in fields.items())
        return {known[0]: _merge_value(*known, value) for known, value in found if known is not None}


def _merge_value(tag: str, kind: str, value: Any) -> Any:
    if isinstance(value, dict | list) and not (kind == "address" and isinstance(value, dict)):
        found = "an object" if isinstance(value, dict) else "an array"
        raise RecordRejected(
            f"the merge field {tag} ({kind}) takes one value, and there is {found}; join or select it first",
            code="not-one-value",
        )
    return value if isinstance(value, int | float | dict) and not isinstance(value, bool) else text_of(value)
