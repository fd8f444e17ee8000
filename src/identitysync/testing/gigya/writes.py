"""The methods that read, change, make and remove single accounts."""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.site import EmulatedSite
from identitysync.values import json_value

Params = Mapping[str, str]
Refuses = Callable[[str], bool]

_OBJECTS: Final = (
    "profile", "data", "preferences", "subscriptions", "internal", "customIdentifiers", "addresses", "emails",
    "loginIDs",
)  # fmt: skip
_FLAGS: Final = ("isActive", "isVerified", "isRegistered", "isLockedOut")
_TEXTS: Final = ("username", "password", "created", "registered", "verified", "lang")
_EMAIL: Final = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.]+(\.[^@\s.]+)+")
_ALWAYS: Final = frozenset({
    "UID", "created", "createdTimestamp", "lastUpdated", "lastUpdatedTimestamp", "isActive", "isVerified",
    "isRegistered", "regSource", "loginProvider",
})  # fmt: skip


def get_account_info(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``accounts.getAccountInfo``."""
    account = _existing(site, params)
    include = {part.strip() for part in params.get("include", "profile").split(",")}
    return {key: value for key, value in account.items() if key in _ALWAYS or key in include}


def set_account_info(site: EmulatedSite, params: Params, now: datetime, refuses: Refuses) -> dict[str, Any]:
    """Answer ``accounts.setAccountInfo``: objects are merged, null removes a field."""
    with site.locked():
        account = _existing(site, params)
        _change(site, account, params, now, refuses)
        site.put(account)
    return {"UID": account["UID"]}


def import_full_account(site: EmulatedSite, params: Params, now: datetime, refuses: Refuses) -> dict[str, Any]:
    """Answer ``accounts.importFullAccount``."""
    policy = params.get("importPolicy", "insert").lower()
    if policy not in {"insert", "upsert"}:
        raise ApiError(400006, "Invalid parameter value: importPolicy")
    uid = params.get("UID") or (uuid.uuid4().hex if params.get("createUID", "").lower() == "true" else "")
    if not uid:
        raise ApiError(400002, "Missing required parameter: UID")
    with site.locked():
        account = site.account(uid)
        if account is not None and policy == "insert":
            raise ApiError(400003, f"the UID {uid} exists")
        account = account or _new(uid, now)
        _change(site, account, params, now, refuses)
        site.put(account)
    return {"UID": uid}


def import_lite_account(site: EmulatedSite, params: Params, now: datetime, refuses: Refuses) -> dict[str, Any]:
    """Answer ``accounts.importLiteAccount``."""
    email = params.get("email", "")
    if not email:
        raise ApiError(400002, "Missing required parameter: email")
    with site.locked():
        account = site.lite_with(email) or {**_new(uuid.uuid4().hex, now), "isLite": True, "isRegistered": False}
        account.setdefault("profile", {})["email"] = email
        _change(site, account, params, now, refuses)
        site.put(account)
    return {"UID": account["UID"]}


def delete_account(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``accounts.deleteAccount``."""
    account = _existing(site, params)
    site.delete(account["UID"])
    return {"UID": account["UID"]}


def _existing(site: EmulatedSite, params: Params) -> dict[str, Any]:
    uid = params.get("UID", "")
    if not uid:
        raise ApiError(400002, "Missing required parameter: UID")
    account = site.account(uid)
    if account is None:
        raise ApiError(403005, f"there is no account with the UID {uid}")
    return account


def _new(uid: str, now: datetime) -> dict[str, Any]:
    return {
        "UID": uid, "profile": {}, "data": {}, "isActive": True, "isVerified": False, "isRegistered": True,
        "created": _iso(now), "createdTimestamp": int(now.timestamp() * 1000),
    }  # fmt: skip


def _change(site: EmulatedSite, account: dict[str, Any], params: Params, now: datetime, refuses: Refuses) -> None:
    for name in _OBJECTS:
        if name in params:
            value = _json(name, params[name])
            account[name] = _merged(account.get(name), value)
    for name in _FLAGS:
        if name in params:
            if params[name].lower() not in {"true", "false"}:
                raise ApiError(400006, f"Invalid parameter value: {name}")
            account[name] = params[name].lower() == "true"
    for name in _TEXTS:
        if name in params:
            account[name] = params[name]
    _check_email(site, account, refuses)
    account["lastUpdated"], account["lastUpdatedTimestamp"] = _iso(now), int(now.timestamp() * 1000)


def _json(name: str, text: str) -> Any:
    try:
        value = json_value(text)
    except ValueError as fault:
        raise ApiError(400006, f"Invalid parameter value: {name} is no JSON: {fault}") from fault
    if not isinstance(value, dict | list):
        raise ApiError(400006, f"Invalid parameter value: {name} is no object")
    return value


def _merged(old: Any, new: Any) -> Any:
    if not isinstance(new, dict):
        return new
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def _check_email(site: EmulatedSite, account: dict[str, Any], refuses: Refuses) -> None:
    email = (account.get("profile") or {}).get("email")
    if email is None:
        return
    if not isinstance(email, str) or not _EMAIL.fullmatch(email) or refuses(email):
        wrong = {"errorCode": 400006, "message": "Unallowed value for email", "fieldName": "profile.email"}
        raise ApiError(400009, "Unallowed value for profile.email", validationErrors=[wrong])
    owner = site.owner_of(email)
    if owner is not None and owner != account["UID"] and not account.get("isLite"):
        raise ApiError(400003, f"the e-mail address {email} belongs to another account")


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
