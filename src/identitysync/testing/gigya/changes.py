"""What a write does to an account: merging, checking, stamping. Nothing is stored here."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from identitysync.testing.gigya.accounts import Accounts, login_names
from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.consent import note_changes
from identitysync.values import json_value

Params = Mapping[str, str]
Refuses = Callable[[str], bool]

OBJECTS: Final = (
    "profile", "data", "preferences", "subscriptions", "communications", "internal", "customIdentifiers", "addresses",
)  # fmt: skip
"""Objects that are merged into those that are there."""

CONSENTS: Final = ("preferences", "subscriptions")
"""Objects that note when something in them changes."""

GROUPS: Final = ("loginIDs", "emails", "password")
"""Objects that an import puts in the place of those that are there, whole."""

FLAGS: Final = ("isActive", "isVerified", "isRegistered", "isLockedOut")
TEXTS: Final = ("phoneNumber", "lang", "regSource")
TIMES: Final = ("created", "registered", "verified", "lastLogin", "lastUpdated")

_SINCE: Final = {"isRegistered": "registered", "isVerified": "verified"}
_EMAIL: Final = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.]+(\.[^@\s.]+)+")


def new_account(uid: str, now: datetime, *, lite: bool = False) -> dict[str, Any]:
    """Make an account without anything in it.

    Args:
        uid: Its UID.
        now: The time.
        lite: Whether it is one without registration.

    Returns:
        The account.
    """
    account = {
        "UID": uid, "profile": {}, "data": {}, "isActive": True, "isVerified": False, "isRegistered": not lite,
    }  # fmt: skip
    stamp(account, "created", now)
    if lite:
        return account | {"isLite": True}
    stamp(account, "registered", now)
    return account


def apply(account: dict[str, Any], params: Params, names: tuple[str, ...], now: datetime) -> None:
    """Change an account.

    Args:
        account: The account.
        params: The parameters of the call.
        names: Which of them the method takes: objects, flags, texts and times.
        now: The time.

    Raises:
        ApiError: A value is not what it should be.
    """
    for name in names:
        if name not in params:
            continue
        text = params[name]
        if name in OBJECTS:
            old = account.get(name)
            account[name] = merged(old, read_object(name, text))
            if name in CONSENTS:
                note_changes(old, account[name], now)
        elif name in GROUPS:
            account[name] = read_object(name, text)
        elif name in FLAGS:
            if text.lower() not in {"true", "false"}:
                raise ApiError(400006, f"Invalid parameter value: {name}")
            _set_flag(account, name, text.lower() == "true", now)
        elif name in TIMES:
            stamp(account, name, _moment(name, text))
        else:
            account[name] = text


def stamp(account: dict[str, Any], name: str, moment: datetime) -> None:
    """Set a time in both of its forms: ISO text, and milliseconds as ``…Timestamp``."""
    account[name] = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    account[f"{name}Timestamp"] = int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def merged(old: Any, new: Any) -> Any:
    """Merge an object into another: what is null is removed, what is no object is replaced.

    Args:
        old: What is there.
        new: What comes.

    Returns:
        A new value.
    """
    if not isinstance(new, dict):
        return new
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def read_object(name: str, text: str) -> dict[str, Any]:
    """Read a parameter that is a JSON object.

    Args:
        name: The parameter.
        text: Its value.

    Returns:
        The object.

    Raises:
        ApiError: It is none.
    """
    try:
        value = json_value(text)
    except ValueError as fault:
        raise ApiError(400006, f"Invalid parameter value: {name} is no JSON: {fault}") from fault
    if not isinstance(value, dict):
        raise ApiError(400006, f"Invalid parameter value: {name} is no object")
    return value


def check_email(store: Accounts, account: dict[str, Any], params: Params, refuses: Refuses) -> None:
    """Refuse an e-mail address that is none, is not wanted, or belongs to another account.

    Args:
        store: The site's accounts.
        account: The account, changed already.
        params: The parameters of the call; what they do not touch is not checked.
        refuses: Tells addresses that are not wanted.

    Raises:
        ApiError: The address is refused.
    """
    email = (account.get("profile") or {}).get("email")
    if email is None or not ("profile" in params or "email" in params):
        return
    if not isinstance(email, str) or not _EMAIL.fullmatch(email) or refuses(email):
        wrong = {"errorCode": 400006, "message": "Unallowed value for email", "fieldName": "profile.email"}
        raise ApiError(400009, "Unallowed value for profile.email", validationErrors=[wrong])
    owner = store.owner_of_email(email)
    if owner is not None and owner != account["UID"] and not account.get("isLite"):
        raise ApiError(400003, f"the e-mail address {email} belongs to another account")


def check_logins(store: Accounts, account: dict[str, Any]) -> None:
    """Refuse a login name that belongs to another account.

    Args:
        store: The site's accounts.
        account: The account, changed already.

    Raises:
        ApiError: A name is taken.
    """
    for name in login_names(account):
        if store.owner_of_login(name, account["UID"]) is not None:
            raise ApiError(400003, f"the login identifier {name} belongs to another account")


def _set_flag(account: dict[str, Any], name: str, value: bool, now: datetime) -> None:
    if value and name in _SINCE and account.get(name) is not True:
        stamp(account, _SINCE[name], now)
    account[name] = value


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise ApiError(400006, f"Invalid parameter value: {name} is no ISO 8601 time") from fault
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
