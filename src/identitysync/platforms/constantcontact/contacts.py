"""How a record becomes a contact: the names that imports have, and those of sign-ups."""

from collections.abc import Mapping
from typing import Any, Final

from identitysync.errors import RecordRejected
from identitysync.platforms.constantcontact.oldnames import NEWSLETTER, OldNames, is_address
from identitysync.platforms.sendable import check_sendable
from identitysync.platforms.subscription import wanted
from identitysync.values import MISSING, Record, text_of

_PHONES: Final = ("phone", "home_phone", "work_phone", "mobile_phone", "other_phone")
_STREET: Final = ("street", "street2", "city", "state", "zip", "country")
_PLAIN: Final = (
    "email", "first_name", "last_name", "job_title", "company_name", "birthday_month", "birthday_day", "anniversary",
)  # fmt: skip
IMPORTED: Final = frozenset(
    (*_PLAIN, *_PHONES, *_STREET, *(f"{kind}_{part}" for kind in ("home", "work", "other") for part in _STREET))
)
"""The fields of an import."""

_SIGNED_UP: Final = {"email": "email_address", "phone": "phone_number"}
_ADDRESS: Final = {"street": "street", "city": "city", "state": "state", "zip": "postal_code", "country": "country"}
_NUMBERS: Final = frozenset({"birthday_month", "birthday_day"})


def address_of(record: Record) -> str:
    """Give the e-mail address of a record, in lower case: contacts are told apart by it; empty when it has none."""
    value: Any = next((each for name, each in record.items() if is_address(name) and each), None)
    if value is None:
        value = record.get("email_address")
        value = value.get("address") if isinstance(value, dict) else value
    return value.strip().lower() if isinstance(value, str) else ""


def is_wanted(record: Record) -> bool:
    """Tell whether somebody shall be on the lists; so it is where ``newsletterField`` says nothing.

    Args:
        record: The record.

    Returns:
        Whether they shall.

    Raises:
        RecordRejected: The field holds something else.
    """
    said = wanted(record.get(NEWSLETTER, MISSING))
    if said in {None, True, "subscribed", "active"}:
        return True
    if said in {False, "unsubscribed"}:
        return False
    raise RecordRejected(
        f"{NEWSLETTER} says whether somebody wants the newsletter, by true, false, subscribed or unsubscribed; found"
        f" {said!r}",
        code="invalid-status",
    )


def known_address(record: Record) -> str:
    """Give the e-mail address of a record.

    Args:
        record: The record.

    Returns:
        The address.

    Raises:
        RecordRejected: It has none, or several by different names.
    """
    found = address_of(record)
    if not found:
        raise RecordRejected("a contact needs an e-mail address, in the field email", code="no-address")
    for name, value in record.items():
        if is_address(name) and value and text_of(value).strip().lower() != found:
            raise RecordRejected(f"{name!r} is another name of 'email', which holds another value", code="two-names")
    return found


def imported(record: Record, old: OldNames) -> dict[str, Any]:
    """Turn a record into a row of an import.

    Args:
        record: The record, whose fields are named as in imports; custom fields are ``cf:name``.
        old: Knows the names of the retired API, which are taken, too.

    Returns:
        The row; null and missing values are not in it.

    Raises:
        RecordRejected: It has no address, a field that there is not, or one by two names with different values.
    """
    row: dict[str, Any] = {"email": known_address(record)}
    for given, value in record.items():
        if given in {"email_address", NEWSLETTER} or is_address(given) or value is None or value == "":
            continue
        name = old.now(given)
        if name not in IMPORTED and not name.startswith("cf:"):
            raise RecordRejected(
                f"contacts have no field {name!r}; take it out with field.remove, or name it 'cf:{name}' for a custom"
                " field of the account",
                code="unknown-field",
            )
        found = _number(name, value) if name in _NUMBERS else text_of(value)
        if row.setdefault(name, found) != found:
            raise RecordRejected(f"{given!r} is another name of {name!r}, which holds another value", code="two-names")
    check_sendable(row)
    return row


def signed_up(record: Record, lists: list[str], custom: Mapping[str, str], old: OldNames) -> dict[str, Any]:
    """Turn a record into what a sign-up form sends.

    Args:
        record: The record, named as above.
        lists: The lists.
        custom: The ids of the account's custom fields by their names.
        old: Knows the names of the retired API.

    Returns:
        The body.

    Raises:
        RecordRejected: It has no address, or a field that there is not.
    """
    row = imported(record, old)
    body: dict[str, Any] = {"email_address": row.pop("email"), "list_memberships": lists}
    street = {_ADDRESS[name]: row.pop(name) for name in _ADDRESS if name in row}
    if street:
        body["street_address"] = {"kind": "home", **street}
    fields = []
    for name, value in row.items():
        if name.startswith("cf:"):
            if name[3:] not in custom:
                raise RecordRejected(f"the account has no custom field {name[3:]!r}", code="unknown-field")
            fields.append({"custom_field_id": custom[name[3:]], "value": value})
        elif name in _PLAIN or name in _SIGNED_UP:
            body[_SIGNED_UP.get(name, name)] = value
        else:
            raise RecordRejected(f"a sign-up form has no field {name!r}", code="unknown-field")
    return body | {"custom_fields": fields} if fields else body


def _number(name: str, value: Any) -> int:
    text = text_of(value).strip()
    if not text.isdecimal():
        raise RecordRejected(f"{name} is a number; found {text[:40]!r}", code="no-number")
    return int(text)
