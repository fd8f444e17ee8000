"""The fields of leads: some of Marketo's standard ones, and those that an instance has beside them.

Names follow https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/assets/list-of-standard-fields,
types https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/assets/field-types
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_STANDARD: Final = {
    "id": "integer",
    "createdAt": "datetime",
    "updatedAt": "datetime",
    "address": "text",
    "annualRevenue": "currency",
    "city": "string",
    "company": "string",
    "country": "string",
    "dateOfBirth": "date",
    "department": "string",
    "doNotCall": "boolean",
    "doNotCallReason": "text",
    "email": "email",
    "emailInvalid": "boolean",
    "fax": "phone",
    "firstName": "string",
    "industry": "string",
    "lastName": "string",
    "leadScore": "integer",
    "leadSource": "string",
    "leadStatus": "string",
    "middleName": "string",
    "mobilePhone": "phone",
    "phone": "phone",
    "postalCode": "string",
    "rating": "string",
    "salutation": "string",
    "state": "string",
    "title": "string",
    "unsubscribed": "boolean",
    "unsubscribedReason": "text",
    "website": "url",
}
_READ_ONLY: Final = frozenset({"createdAt", "id", "updatedAt"})
_CHECKED: Final = frozenset({"boolean", "currency", "float", "integer", "percent", "score"})
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")

Reason = dict[str, str]


class LeadFields:
    """The fields of one instance."""

    def __init__(self, more: Mapping[str, str]) -> None:
        """Know the standard fields.

        Args:
            more: Names and data types of custom fields.
        """
        self.types = {**_STANDARD, **more}

    def described(self) -> list[dict[str, Any]]:
        """Give what "Describe Leads" answers."""
        return [
            {"id": number, "displayName": name, "dataType": kind,
             "rest": {"name": name, "readOnly": name in _READ_ONLY}}
            for number, (name, kind) in enumerate(self.types.items(), 1)
        ]  # fmt: skip

    def fault(self, lead: Mapping[str, Any], *, may_name_id: bool) -> Reason | None:
        """Tell why a lead cannot be written, if it cannot.

        Args:
            lead: The lead.
            may_name_id: Whether it may hold its ``id``, as updates may.
        """
        for name, value in lead.items():
            kind = self.types.get(name)
            if kind is None:
                return reason("1006", f"Field '{name}' not found")
            if name in _READ_ONLY and not (may_name_id and name == "id"):
                return reason("1003", "Invalid data")
            if value is None or (kind not in _CHECKED and type(value) is str):
                continue
            if not _fits(kind, value):
                return reason("1001", f"Invalid value '{value}'. Required of type '{kind}'")
        email = lead.get("email")
        return reason("1003", "Invalid data") if isinstance(email, str) and not email.isascii() else None


def reason(code: str, message: str) -> Reason:
    """Give a reason as it stands in answers."""
    return {"code": code, "message": message}


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, dict | list):
        return False
    match kind:
        case "boolean":
            return str(value).lower() in {"0", "1", "false", "true"}
        case "integer" | "percent" | "score":
            return not isinstance(value, bool) and str(value).lstrip("-").isdecimal()
        case "currency" | "float":
            return not isinstance(value, bool) and _NUMBER.fullmatch(str(value)) is not None
    return True
