"""Names of the retired V2 API, which flows of its time use.

The columns of its imports stand, whatever their case, on the page ``bulk-activities-addcontact-multipart.html`` of
https://v2.developer.constantcontact.com/docs/bulk_activities_api/. ``CustomField1`` and ``newsletterField`` are the
original's templates' words; no page was found that shows them. Custom fields of V3 have names of the account's own: one
answers to the old name ``Custom Field 1`` when its name is that one but for blanks, underscores and case.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from identitysync.errors import RecordRejected

EMAIL: Final = "Email"
NEWSLETTER: Final = "newsletterField"

_COLUMNS: Final[Mapping[str, str]] = {
    "email": "email",
    "email address": "email",
    "first name": "first_name",
    "last name": "last_name",
    "job title": "job_title",
    "company name": "company_name",
    "birthday_day": "birthday_day",
    "birthday_month": "birthday_month",
    "anniversary": "anniversary",
    "work phone": "work_phone",
    "home phone": "home_phone",
    "address line 1": "street",
    "address line 2": "street2",
    "city": "city",
    "state": "state",
    "zip/postal code": "zip",
    "country": "country",
}
_CUSTOM: Final = re.compile(r"customfield([1-9]\d?)")


def custom_number(name: str) -> str:
    """Give the number of a custom field that has an old name, such as ``Custom Field 1``; empty for another name."""
    found = _CUSTOM.fullmatch(re.sub(r"[ _]", "", name).lower())
    return found[1] if found else ""


def is_address(name: str) -> bool:
    """Tell whether a field of this name holds the e-mail address."""
    return _COLUMNS.get(name.lower()) == "email"


class OldNames:
    """Turn old names into those of V3's imports; safe to share between threads."""

    def __init__(self, custom_fields: Callable[[], Iterable[str]]) -> None:
        """Prepare.

        Args:
            custom_fields: Gives the names of the account's custom fields; asked once, and only if a record needs it.
        """
        self._ask = custom_fields
        self._custom: Mapping[str, str] | None = None

    def now(self, name: str) -> str:
        """Give the name that imports have for a field.

        Args:
            name: The field's name in a record.

        Returns:
            The name in V3, or the same when it is no old name.

        Raises:
            RecordRejected: It is a custom field that the account does not have.
        """
        number = custom_number(name)
        if not number:
            return _COLUMNS.get(name.lower(), name)
        if self._custom is None:  # two threads may ask, and get the same
            self._custom = {custom_number(each): each for each in self._ask() if custom_number(each)}
        if number not in self._custom:
            raise RecordRejected(
                f"the account has no custom field {name!r}: give it one of the name CustomField{number}, or rename the"
                " field to 'cf:' and the name of one that it has",
                code="unknown-field",
            )
        return f"cf:{self._custom[number]}"


def in_old_names(contact: Mapping[str, Any], custom: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a contact holds in old names, too.

    Args:
        contact: The contact.
        custom: Values of its custom fields by their names.

    Returns:
        ``Email``, ``CustomField1`` and so on, and ``newsletterField``: whether they have not unsubscribed.
    """
    mail = contact.get("email_address") or {}
    numbered = {f"CustomField{custom_number(name)}": value for name, value in custom.items() if custom_number(name)}
    return {
        EMAIL: mail.get("address"), **numbered, NEWSLETTER: mail.get("permission_to_send") != "unsubscribed"
    }  # fmt: skip
