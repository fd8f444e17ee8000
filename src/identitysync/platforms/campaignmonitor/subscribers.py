"""Records into subscribers: which field is what for Campaign Monitor."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from identitysync.errors import RecordRejected
from identitysync.platforms.campaignmonitor.records import bare
from identitysync.platforms.known_fields import KnownFields
from identitysync.platforms.sendable import check_sendable
from identitysync.platforms.subscription import wanted
from identitysync.values import FieldPath, Record, text_of

CONSENTS: Final = ("Yes", "No", "Unchanged")
"""What may be known of a subscriber's consent to be tracked."""

_MANY: Final = "MultiSelectMany"
_NO_DATE: Final = "0000-00-00"
_LONGEST: Final = 250
"""Characters that a custom field takes."""

_ADDRESSES: Final = frozenset({"emailaddress", "email"})
_TEXTS: Final = {"name": "Name", "mobilenumber": "MobileNumber"}
_CONSENTS: Final = {"consenttotrack": "ConsentToTrack", "consenttosendsms": "ConsentToSendSms"}
_COMPUTED: Final = frozenset({"date", "state", "statechangeddate", "listjoineddate", "readsemailwith", "customfields"})
"""What Campaign Monitor knows by itself: a reader gives it, a writer leaves it out."""


class CustomFields:
    """Know which fields of records the list has, by key or name, in any case; safe to share between threads."""

    def __init__(self, fields: Iterable[Mapping[str, Any]], tell: Callable[[str], None]) -> None:
        """Take the custom fields.

        Args:
            fields: As Campaign Monitor gives them: ``Key``, ``FieldName`` and ``DataType``.
            tell: Is told, once for each name, which fields of records are none of them.
        """
        known: dict[str, tuple[str, str]] = {}
        for field in fields:
            key = bare(str(field["Key"]))
            for name in (str(field.get("FieldName") or key), key):
                known.setdefault(name, (key, str(field.get("DataType", ""))))
        self._known = KnownFields(known, "the list has no such custom field", tell)

    def written(self, name: str, value: Any) -> list[dict[str, Any]]:
        """Write a field of a record as Campaign Monitor takes it; nothing for a field that the list has not.

        Raises:
            RecordRejected: The custom field cannot hold the value.
        """
        known = self._known.find(bare(name))
        if known is None:
            return []
        key, kind = known
        values = value if isinstance(value, list) and kind == _MANY else [value]
        if any(isinstance(each, dict | list) for each in values):
            found = "an array" if isinstance(value, list) else "an object"
            raise RecordRejected(
                f"the custom field {key} ({kind}) takes one value, and there is {found}; join or select it first",
                code="not-one-value",
            )
        texts = [text for each in values if (text := text_of(each))]
        if any(len(text) > _LONGEST for text in texts):
            raise RecordRejected(
                f"the custom field {key} takes {_LONGEST} characters, and there are {max(map(len, texts))}; shorten it",
                code="too-long",
            )
        nothing = {"Key": key, "Value": _NO_DATE if kind == "Date" else "", "Clear": True}
        return [{"Key": key, "Value": text} for text in texts] or [nothing]


@attrs.frozen
class Subscription:
    """How records become subscribers of one list.

    Attributes:
        fields: The list's custom fields.
        newsletter: The field that says whether somebody wants the newsletter.
        consent: The consent to be tracked of those whose record does not tell.
    """

    fields: CustomFields
    newsletter: FieldPath
    consent: str

    def wanted_by(self, record: Record) -> bool | None:
        """Tell whether somebody shall be an active subscriber, or leave; None where nothing is said.

        Raises:
            RecordRejected: The newsletter's field holds something else.
        """
        said = wanted(self.newsletter.get(record))
        if said is None:
            return None
        if said in {True, "active", "subscribed"}:
            return True
        if said in {False, "unsubscribed"}:
            return False
        raise RecordRejected(
            f"{said!r} is no status that can be written; there are true, false, active and unsubscribed",
            code="invalid-status",
        )

    def subscriber_of(self, record: Record) -> dict[str, Any]:
        """Make a subscriber of a record.

        Args:
            record: The record; it stays as it is.

        Returns:
            What Campaign Monitor takes.

        Raises:
            RecordRejected: It has no address, or a value that a field cannot hold.
        """
        subscriber: dict[str, Any] = {"EmailAddress": known_address(record), "ConsentToTrack": self.consent}
        custom: list[dict[str, Any]] = []
        for name, value in record.items():
            lower = name.lower()
            if lower in _TEXTS:
                subscriber[_TEXTS[lower]] = text_of(value)
            elif lower in _CONSENTS:
                if consent := _consent(name, value):
                    subscriber[_CONSENTS[lower]] = consent
            elif name != self.newsletter.literal and lower not in _ADDRESSES and lower not in _COMPUTED:
                custom += self.fields.written(name, value)
        if custom:
            subscriber["CustomFields"] = custom
        check_sendable(subscriber)
        return subscriber


def address_of(record: Record) -> str:
    """Give a record's e-mail address: ``EmailAddress`` or ``Email`` in any case; empty when there is none."""
    value = next((each for name, each in record.items() if name.lower() in _ADDRESSES and each), "")
    return value.strip() if isinstance(value, str) else ""


def known_address(record: Record) -> str:
    """Give a record's e-mail address.

    Raises:
        RecordRejected: There is none.
    """
    address = address_of(record)
    check_sendable(address)
    if not address:
        raise RecordRejected(
            "the record has no e-mail address: rename the field that holds it to EmailAddress", code="missing-address"
        )
    return address


def _consent(name: str, value: Any) -> str:
    said = wanted(value)
    if said is None:
        return ""
    if isinstance(said, bool):
        return "Yes" if said else "No"
    if said.title() not in CONSENTS:
        raise RecordRejected(
            f"{name} holds true, false or one of {', '.join(CONSENTS)}; found {said!r}", code="consent"
        )
    return said.title()
