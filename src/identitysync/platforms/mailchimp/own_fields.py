"""The fields of a member that are no merge fields: how each is written, and which Mailchimp keeps to itself."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.errors import RecordRejected
from identitysync.platforms.subscription import wanted
from identitysync.values import text_of

Member = dict[str, Any]

COMPUTED: Final = frozenset({
    "id", "unique_email_id", "contact_id", "full_name", "web_id", "consents_to_one_to_one_messaging", "stats",
    "member_rating", "last_changed", "email_client", "source", "tags_count", "list_id", "last_note", "_links",
    "unsubscribe_reason", "sms_phone_number", "sms_subscription_status", "sms_subscription_last_updated",
})  # fmt: skip
"""What Mailchimp knows by itself: a reader gives it, a writer leaves it out."""


def _set_text(member: Member, name: str, value: Any) -> None:
    if text := text_of(value):  # Mailchimp gives "" for what it does not know, and does not take it back
        member[name] = text


def _set_flag(member: Member, name: str, value: Any) -> None:
    if (said := _yes_or_no(name, value)) is not None:
        member[name] = said


def _set_interests(member: Member, name: str, value: Any) -> None:
    if isinstance(value, dict):
        said = {id: _yes_or_no(f"{name}.{id}", each) for id, each in value.items()}
    else:
        said = dict.fromkeys(_listed(value), True)
    member[name] = {id: each for id, each in said.items() if each is not None}


def _set_tags(member: Member, name: str, value: Any) -> None:
    member[name] = [text_of(each.get("name") if isinstance(each, dict) else each) for each in _listed(value)]


def _set_location(member: Member, name: str, value: Any) -> None:
    place = [value.get("latitude"), value.get("longitude")] if isinstance(value, dict) else []
    if any(place) and None not in place:  # 0 and 0 stand for a place that Mailchimp does not know
        member[name] = {"latitude": place[0], "longitude": place[1]}


def _set_permissions(member: Member, name: str, value: Any) -> None:
    if isinstance(value, list):
        kept = ("marketing_permission_id", "enabled")
        member[name] = [{key: each[key] for key in kept if key in each} for each in value if isinstance(each, dict)]


def _yes_or_no(name: str, value: Any) -> bool | None:
    said = wanted(value)
    if isinstance(said, str):
        raise RecordRejected(f"{name} holds true or false; found {said!r}", code="not-true-or-false")
    return said


def _listed(value: Any) -> list[Any]:
    """Give the elements of an array, or of a text with commas."""
    if isinstance(value, list):
        return value
    return [each.strip() for each in text_of(value).split(",") if each.strip()]


SETTERS: Final[Mapping[str, Callable[[Member, str, Any], None]]] = {
    **dict.fromkeys(("email_type", "language", "ip_signup", "timestamp_signup", "ip_opt", "timestamp_opt"), _set_text),
    "vip": _set_flag,
    "interests": _set_interests,
    "tags": _set_tags,
    "location": _set_location,
    "marketing_permissions": _set_permissions,
}
"""How each field is written into a member."""
