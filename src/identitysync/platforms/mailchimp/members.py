"""Records into members: which field is what for Mailchimp."""

from typing import Any, Final

import attrs

from identitysync.errors import RecordRejected
from identitysync.platforms.mailchimp.merge_tags import MergeTags
from identitysync.platforms.mailchimp.own_fields import COMPUTED, SETTERS
from identitysync.platforms.sendable import check_sendable
from identitysync.platforms.subscription import wanted
from identitysync.values import FieldPath, Record

STATUSES: Final = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
"""What a member may be when it is written."""

_ADDRESS: Final = "email_address"


@attrs.frozen
class Membership:
    """How records become members of one audience.

    Attributes:
        tags: The audience's merge fields.
        newsletter: The field that says whether somebody wants the newsletter.
        default_status: The status that new members get of whom nothing is said.
    """

    tags: MergeTags
    newsletter: FieldPath
    default_status: str

    def member_of(self, record: Record) -> dict[str, Any]:
        """Make a member of a record.

        Args:
            record: The record; it stays as it is.

        Returns:
            What Mailchimp takes. Where the newsletter's field says nothing, it has no ``status`` but a
            ``status_if_new``, so that a member that there is keeps its own.

        Raises:
            RecordRejected: It has no address, a status that there is not, or a value that a field cannot hold.
        """
        address = address_of(record)
        if not address:
            raise RecordRejected(
                "the record has no e-mail address: rename the field that holds it to email_address or EMAIL",
                code="missing-address",
            )
        status = self._status(record)
        member: dict[str, Any] = {_ADDRESS: address}
        member |= {"status": status} if status else {"status_if_new": self.default_status}
        nested, flat = {}, {}
        for name, value in record.items():
            if name in SETTERS:
                SETTERS[name](member, name, value)
            elif name == "merge_fields" and isinstance(value, dict):
                nested = value
            elif not self._is_told_otherwise(name):
                flat[name] = value
        if merge := self.tags.merge(nested) | self.tags.merge(flat):
            member["merge_fields"] = merge
        check_sendable(member)
        return member

    def _is_told_otherwise(self, name: str) -> bool:
        decides = name == self.newsletter.literal
        return decides or name in {_ADDRESS, "status"} or name in COMPUTED or name.upper() == "EMAIL"

    def _status(self, record: Record) -> str:
        """Tell the status that a record asks for; empty where it says nothing."""
        said = wanted(self.newsletter.get(record))
        if said is None:
            return ""
        if isinstance(said, bool):
            return "subscribed" if said else "unsubscribed"
        if said not in STATUSES:
            raise RecordRejected(
                f"{said!r} is no status that can be written; there are true, false, {', '.join(STATUSES)}",
                code="invalid-status",
            )
        return said


def address_of(record: Record) -> str:
    """Give a record's e-mail address: ``email_address``, or ``EMAIL`` in any case; empty when there is none."""
    value = record.get(_ADDRESS)
    if not value:
        value = next((each for name, each in record.items() if name.upper() == "EMAIL" and each), "")
    return value.strip() if isinstance(value, str) else ""
