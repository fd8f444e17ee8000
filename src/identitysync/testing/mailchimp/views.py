"""Which members a query finds, in which order, and which of their fields it shows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from identitysync.testing.mailchimp.problems import invalid

MOST: Final = 1000
_TIMES: Final = {
    "since_last_changed": ("last_changed", True),
    "before_last_changed": ("last_changed", False),
    "since_timestamp_opt": ("timestamp_opt", True),
    "before_timestamp_opt": ("timestamp_opt", False),
}

Test = Callable[[Mapping[str, Any]], bool]


def moment(text: str) -> datetime:
    """Read a moment of a query or a member.

    Raises:
        ValueError: It is none.
    """
    found = datetime.fromisoformat(text.replace(" ", "+"))  # a bare + of a query is read as a blank
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(query: Mapping[str, str], name: str, default: int, most: int | None = None) -> int:
    """Read a number of a query."""
    text = query.get(name, str(default))
    if not text.isdecimal() or (most is not None and int(text) > most):
        raise invalid((name, f"This value should be a number{'' if most is None else f', {most} at most'}."))
    return int(text)


def test_of(query: Mapping[str, str]) -> Test:
    """Make a test of a query's conditions: whether a member fits."""
    limits = []
    for name, (field, since) in _TIMES.items():
        if text := query.get(name):
            try:
                limits.append((field, since, moment(text)))
            except ValueError:
                raise invalid((name, "This value is not a valid datetime.")) from None
    status = query.get("status")

    def fits(member: Mapping[str, Any]) -> bool:
        if member["status"] != status if status else member["status"] == "archived":
            return False
        return all(_beyond(member[field], since, limit) for field, since, limit in limits)

    return fits


def shown(answer: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Leave only what ``fields`` wants, and nothing that ``exclude_fields`` does not."""
    if wanted := query.get("fields"):
        answer = _only(answer, [path.split(".") for path in wanted.split(",")])
    for path in (query.get("exclude_fields") or "").split(","):
        _without(answer, path.split("."))
    return answer


def _beyond(text: str, since: bool, limit: datetime) -> bool:
    if not text:
        return False
    return moment(text) > limit if since else moment(text) < limit


def _only(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_only(each, paths) for each in value]
    if not isinstance(value, dict) or any(not path for path in paths):
        return value
    heads: dict[str, list[list[str]]] = {}
    for head, *rest in paths:
        heads.setdefault(head, []).append(rest)
    return {name: _only(each, heads[name]) for name, each in value.items() if name in heads}


def _without(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for each in value:
            _without(each, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        else:
            _without(value.get(path[0]), path[1:])


def sorting(query: Mapping[str, str]) -> tuple[str, bool]:
    """Give the field by which members are sorted, and whether the last come first."""
    field = query.get("sort_field", "timestamp_opt")
    if field not in {"timestamp_opt", "timestamp_signup", "last_changed"}:
        raise invalid(("sort_field", "This value is not a valid choice."))
    return field, query.get("sort_dir", "ASC").upper() == "DESC"
