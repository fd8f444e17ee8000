"""The methods that read, change, make and remove single accounts."""

import uuid
from datetime import datetime
from typing import Any, Final

from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.changes import (
    FLAGS,
    GROUPS,
    OBJECTS,
    TEXTS,
    TIMES,
    Params,
    Refuses,
    apply,
    check_email,
    check_logins,
    new_account,
    stamp,
)
from identitysync.testing.gigya.pace import Pace
from identitysync.testing.gigya.site import EmulatedSite

_SET: Final = (*OBJECTS, "isActive", "isVerified", "isLockedOut", "phoneNumber", "lang")
_IMPORT: Final = (*OBJECTS, *GROUPS, *FLAGS, *TEXTS, *TIMES)
_LITE: Final = ("profile", "data", "preferences", "subscriptions", "communications", "lang", *TIMES)
_OF_ANY_CALL: Final = frozenset({
    "apiKey", "userKey", "secret", "sig", "timestamp", "nonce", "format", "httpStatusCodes", "context", "sdk",
    "oauth_token", "ignoreInterruptions", "UID", "createUID", "importPolicy", "identities", "providerSessions",
})  # fmt: skip
_ALWAYS: Final = frozenset({
    "UID", "isActive", "isVerified", "isRegistered", "loginProvider", "socialProviders", "oldestDataUpdated",
    "oldestDataUpdatedTimestamp", *TIMES, *(f"{name}Timestamp" for name in TIMES),
})  # fmt: skip
_SHOWN_IGNORED: Final = 5


def get_account_info(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``accounts.getAccountInfo``: what is named in ``include``, by default profile and data."""
    account = _existing(site, params)
    include = {part.strip() for part in params.get("include", "profile,data").split(",")}
    return {key: value for key, value in account.items() if key in _ALWAYS or key in include}


def set_account_info(site: EmulatedSite, params: Params, now: datetime, refuses: Refuses) -> dict[str, Any]:
    """Answer ``accounts.setAccountInfo``: objects are merged, null removes a field."""
    with site.store.locked():
        account = _existing(site, params)
        apply(account, params, _SET, now)
        _change_logins(account, params)
        if "newPassword" in params:  # the emulator forgets passwords, and remembers that there is one
            account["password"] = {"created": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
        _store(site, account, params, now, refuses)
    return {"UID": account["UID"]}


def import_full_account(
    site: EmulatedSite, params: Params, now: datetime, refuses: Refuses, pace: Pace
) -> dict[str, Any]:
    """Answer ``accounts.importFullAccount``: objects are merged, groups such as ``loginIDs`` replaced."""
    policy = params.get("importPolicy", "insert").lower()
    if policy not in {"insert", "upsert"}:
        raise ApiError(400006, "Invalid parameter value: importPolicy")
    uid = params.get("UID") or (uuid.uuid4().hex if params.get("createUID", "").lower() == "true" else "")
    if not uid:
        raise ApiError(400002, "Missing required parameter: UID")
    if not pace.allows(f"{site.api_key}/{uid}", now):
        raise ApiError(503001, f"there were too many calls for the UID {uid} within a minute")
    with site.store.locked():
        account = site.account(uid)
        if account is not None and policy == "insert":
            raise ApiError(400003, f"the UID {uid} exists")
        account = account or new_account(uid, now)
        apply(account, params, _IMPORT, now)
        _store(site, account, params, now, refuses)
    ignored = [name for name in params if name not in _IMPORT and name not in _OF_ANY_CALL]
    return {"UID": uid} | ({"ignoredParams": ignored[:_SHOWN_IGNORED]} if ignored else {})


def import_lite_account(site: EmulatedSite, params: Params, now: datetime, refuses: Refuses) -> dict[str, Any]:
    """Answer ``accounts.importLiteAccount``: the account of that address is made, or changed."""
    email = params.get("email", "")
    if not email:
        raise ApiError(400002, "Missing required parameter: email")
    with site.store.locked():
        account = site.store.lite_with(email)
        if account is None:
            account = new_account(uuid.uuid4().hex, now, lite=True)
        apply(account, params, _LITE, now)
        account.setdefault("profile", {})["email"] = email
        _store(site, account, params, now, refuses)
    return {"UID": account["UID"]}


def delete_account(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``accounts.deleteAccount``."""
    account = _existing(site, params)
    site.store.delete(account["UID"])
    return {"UID": account["UID"]}


def _existing(site: EmulatedSite, params: Params) -> dict[str, Any]:
    uid = params.get("UID", "")
    if not uid:
        raise ApiError(400002, "Missing required parameter: UID")
    account = site.account(uid)
    if account is None:
        raise ApiError(403005, f"there is no account with the UID {uid}")
    return account


def _store(site: EmulatedSite, account: dict[str, Any], params: Params, now: datetime, refuses: Refuses) -> None:
    check_email(site.store, account, params, refuses)
    check_logins(site.store, account)
    if "lastUpdated" not in params:
        stamp(account, "lastUpdated", now)
    changed = [account]
    if "subscriptions" in params:  # full and lite accounts of one address share them at once
        changed += [each | {"subscriptions": account["subscriptions"]} for each in _same_address(site, account)]
    site.store.add(changed)


def _same_address(site: EmulatedSite, account: dict[str, Any]) -> list[dict[str, Any]]:
    email = (account.get("profile") or {}).get("email")
    if not isinstance(email, str) or not email:
        return []
    owner = site.store.owner_of_email(email)
    found = [site.store.lite_with(email), site.account(owner) if owner else None]
    return [each for each in found if each is not None and each["UID"] != account["UID"]]


def _change_logins(account: dict[str, Any], params: Params) -> None:
    if not params.keys() & {"username", "addLoginEmails", "removeLoginEmails"}:
        return
    logins = dict(account.get("loginIDs") or {})
    if "username" in params:
        logins["username"] = params["username"]
    emails = [email for email in logins.get("emails") or () if email not in _listed(params, "removeLoginEmails")]
    emails += [email for email in _listed(params, "addLoginEmails") if email not in emails]
    account["loginIDs"] = logins | {"emails": emails}


def _listed(params: Params, name: str) -> list[str]:
    return [part for each in params.get(name, "").split(",") if (part := each.strip())]
