"""What becomes of a member when it is written, and when Mailchimp does not take it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.testing.mailchimp.problems import Problem, invalid

STATUSES: Final = frozenset({"subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"})
OWN: Final = "_compliance"
"""Kept beside a member, and never shown: whether only the person may come back."""

_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_COMPLETE: Final = ("addr1", "city", "state", "zip")
_ANY_OF: Final = "Data did not match any of the schemas described in anyOf."
_FORGOTTEN: Final = (
    "{0} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list."
)
_COMPLIANCE: Final = (
    "{0} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
)
_PLAIN: Final = ("email_type", "language", "vip", "location", "marketing_permissions", "ip_signup", "ip_opt")

Member = dict[str, Any]


def hash_of(address: str) -> str:
    """Give the id of a member: the MD5 of the address in lower case."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def check_schema(given: Any, place: str = "") -> None:
    """Refuse what has not the form of a member; in a batch, that refuses the whole call.

    Args:
        given: What was sent.
        place: Where it stands, such as ``members.item:3``.
    """
    dot = f"{place}." if place else ""
    if not isinstance(given, dict):
        raise invalid((place, "Schema describes object, something else found instead"))
    address = given.get("email_address", "")
    if not isinstance(address, str):
        found = "NULL" if address is None else type(address).__name__
        raise invalid((f"{dot}email_address", f"Schema describes string, {found} found instead"))
    for name in ("status", "status_if_new"):
        if name in given and given[name] not in STATUSES:
            raise invalid((f"{dot}{name}", _ANY_OF))
    if given.get("email_type", "html") not in {"html", "text"}:
        raise invalid((f"{dot}email_type", _ANY_OF))
    for tag, value in (given.get("merge_fields") or {}).items():
        if value is None or isinstance(value, list):
            raise invalid((f"{dot}merge_fields.{tag}", _ANY_OF))
    if any(not isinstance(name, str) for name in given.get("tags") or ()):
        raise invalid((f"{dot}tags", _ANY_OF))


class MemberRules:
    """Write members by the rules of one audience."""

    def __init__(
        self, list_id: str, merge_fields: list[dict[str, Any]], interests: set[str], refused: Callable[[str], bool]
    ) -> None:
        """Take the audience's settings.

        Args:
            list_id: Its id.
            merge_fields: Its merge fields, as Mailchimp gives them.
            interests: The ids of its interests.
            refused: Tells which addresses look fake.
        """
        self._list_id, self._interests, self._refused = list_id, interests, refused
        self._fields = {field["tag"]: field for field in merge_fields}

    def check_address(self, address: str, *, forgotten: bool) -> None:
        """Refuse an address that is none, or was deleted for good."""
        if not _ADDRESS.fullmatch(address):
            raise Problem(400, "Invalid Resource", "Please provide a valid email address.")
        if self._refused(address):
            text = f"{address} looks fake or invalid, please enter a real email address."
            raise Problem(400, "Invalid Resource", text)
        if forgotten:
            raise Problem(400, "Forgotten Email Not Subscribed", _FORGOTTEN.format(address))

    def written(self, given: Mapping[str, Any], old: Member | None, now: str, *, checks: bool = True) -> Member:
        """Make the member that is kept: what was there, and what was sent over it.

        Args:
            given: What was sent.
            old: What was there.
            now: The present moment.
            checks: Whether required merge fields must be there.
        """
        member = dict(old) if old else self._new(given["email_address"], now)
        if "status" in given:
            self._change_status(member, given["status"], now, new=old is None)
        for name in _PLAIN:
            if name in given:
                member[name] = given[name]
        for name in ("timestamp_signup", "timestamp_opt"):
            if given.get(name):
                member[name] = given[name]
        member["merge_fields"] = self._merged(member, given.get("merge_fields") or {}, checks=checks)
        names = [member["merge_fields"].get(tag, "") for tag in ("FNAME", "LNAME")]
        member["full_name"] = " ".join(str(name) for name in names if name)
        chosen = given.get("interests") or {}
        if unknown := sorted(set(chosen) - self._interests):
            raise Problem(400, "Invalid Resource", f"Invalid interest ID: {unknown[0]}", [("interests", unknown[0])])
        member["interests"] = {**member["interests"], **{id: bool(value) for id, value in chosen.items()}}
        member["last_changed"] = now
        return member

    def with_tags(self, member: Member, names: list[str], *, instead: bool = False) -> Member:
        """Put tags on a member, beside those it has or instead of them."""
        kept = [] if instead else [tag["name"] for tag in member["tags"]]
        all_names = list(dict.fromkeys([*kept, *names]))
        tags = [{"id": int(hash_of(name)[:6], 16), "name": name} for name in all_names]
        return {**member, "tags": tags, "tags_count": len(tags)}

    def _new(self, address: str, now: str) -> Member:
        id = hash_of(address)
        return {
            "id": id, "email_address": address, "unique_email_id": id[:10], "contact_id": hash_of(id), "full_name": "",
            "web_id": int(id[:8], 16), "email_type": "html", "status": "", "consents_to_one_to_one_messaging": True,
            "merge_fields": {tag: field.get("default_value", "") for tag, field in self._fields.items()},
            "interests": dict.fromkeys(sorted(self._interests), False),
            "stats": {"avg_open_rate": 0, "avg_click_rate": 0}, "ip_signup": "", "timestamp_signup": "", "ip_opt": "",
            "timestamp_opt": now, "member_rating": 2, "last_changed": now, "language": "", "vip": False,
            "email_client": "", "source": "API - Generic", "tags_count": 0, "tags": [], "list_id": self._list_id,
            "location": {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "country_code": "", "timezone": ""},
        }  # fmt: skip

    def _change_status(self, member: Member, status: str, now: str, *, new: bool) -> None:
        if member.get(OWN) and status == "subscribed":
            raise Problem(400, "Member In Compliance State", _COMPLIANCE.format(member["email_address"]))
        if status == "subscribed" and member["status"] != status and not new:
            member["timestamp_opt"] = now
        member["status"] = status

    def _merged(self, member: Member, given: Mapping[str, Any], *, checks: bool) -> dict[str, Any]:
        merged = dict(member["merge_fields"])
        faults = []
        for tag, field in self._fields.items():
            value = given.get(tag, merged.get(tag, ""))
            if checks and (fault := _fault(field, value, sent=tag in given)):
                faults.append((tag, fault))
            merged[tag] = value
        if faults:
            raise Problem(400, "Invalid Resource", "Your merge fields were invalid.", faults)
        return merged


def _fault(field: Mapping[str, Any], value: Any, *, sent: bool) -> str:
    if field["required"] and value == "":
        return "Please enter a value"
    if not sent or value == "":
        return ""
    if field["type"] == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
        return "Please enter a number"
    if field["type"] == "address":
        whole = value if isinstance(value, dict) else {}
        return "" if all(whole.get(part) for part in _COMPLETE) else "Please enter a complete address"
    if isinstance(value, dict):
        return "Please enter a value"
    return ""
