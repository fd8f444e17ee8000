"""The members of an audience, and how they are added, changed and found."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.http import Documents
from identitysync.testing.mailchimp.members import OWN, Member, MemberRules, hash_of
from identitysync.testing.mailchimp.problems import Problem, invalid, not_found
from identitysync.testing.mailchimp.views import sorting, test_of

_MEMBER: Final = "member"
_FORGOTTEN: Final = "forgotten"


class KeptAudience:
    """Keep members; several steps are one under ``documents.locked()``."""

    def __init__(self, documents: Documents, rules: MemberRules, clock: Clock) -> None:
        """Begin with those that the documents hold."""
        self._documents, self._rules, self._clock = documents, rules, clock
        self._found: dict[tuple[tuple[str, str], ...], array[int]] = {}

    def put(self, members: Iterable[Mapping[str, Any]]) -> None:
        """Put members in, over those of the same address, whatever the rules say."""
        kept = []
        for given in members:
            member = self._rules.written(given, None, self._now(), checks=False)
            member["last_changed"] = given.get("last_changed", member["last_changed"])
            kept.append(self._rules.with_tags(member, list(given.get("tags", ()))))
        self.keep(kept)

    def everybody(self) -> list[Member]:
        """Give all members."""
        return [visible(member) for _, member in self._documents.documents(self._documents.numbers(_MEMBER))]

    def count(self) -> int:
        """Tell how many members there are."""
        return len(self._documents.numbers(_MEMBER))

    def find(self, query: Mapping[str, str], offset: int, count: int) -> tuple[list[Member], int]:
        """Give one page of the members that a query finds, and how many it finds."""
        numbers = self._those(query)
        return [visible(member) for _, member in self._documents.documents(numbers[offset : offset + count])], len(
            numbers
        )

    def get(self, address: str) -> Member | None:
        """Give a member by its address or hash, if there is one."""
        return self._documents.get(_MEMBER, hash_of(address) if "@" in address else address)

    def kept(self, address: str) -> Member:
        """Give a member by its address or hash.

        Raises:
            Problem: There is none.
        """
        member = self.get(address)
        if member is None:
            raise not_found()
        return member

    def keep(self, members: Sequence[Member]) -> None:
        """Keep members."""
        self._documents.add(_MEMBER, ((member["id"], member) for member in members))
        self._found.clear()

    def change(self, address: str, **fields: Any) -> None:
        """Change fields of a member."""
        with self._documents.locked():
            self.keep([{**self.kept(address), **fields, "last_changed": self._now()}])

    def leave(self, address: str) -> None:
        """Let somebody unsubscribe by themselves."""
        self.change(address, status="unsubscribed", **{OWN: True})

    def forget(self, address: str) -> None:
        """Delete a member for good."""
        with self._documents.locked():
            member = self.kept(address)
            self._documents.add(_FORGOTTEN, [(member["id"], {})])
            self._documents.delete(_MEMBER, member["id"])
            self._found.clear()

    def made(self, given: Mapping[str, Any], old: Member | None, *, instead: bool = False) -> Member:
        """Make a member of what was sent, without keeping it.

        Args:
            given: What was sent.
            old: What was there.
            instead: Whether its tags take the place of those that it has.

        Raises:
            Problem: The member is refused.
        """
        address = given.get("email_address") or (old["email_address"] if old else "")
        forgotten = self._documents.get(_FORGOTTEN, hash_of(address)) is not None
        self._rules.check_address(address, forgotten=forgotten)
        if old is None and not given.get("status"):
            raise invalid(("status", "This value should not be blank."))
        member = self._rules.written({**given, "email_address": address}, old, self._now())
        return self._rules.with_tags(member, list(given.get("tags") or ()), instead=instead)

    def write(self, given: Mapping[str, Any], old: Member | None) -> Member:
        """Make a member and keep it."""
        member = self.made(given, old)
        self.keep([member])
        return visible(member)

    def tag(self, address: str, states: Mapping[str, bool]) -> None:
        """Put tags on a member, and take others away."""
        with self._documents.locked():
            member = self.kept(address)
            kept = [tag["name"] for tag in member["tags"] if states.get(tag["name"], True)]
            names = [*kept, *(name for name, active in states.items() if active)]
            self.keep([self._rules.with_tags(member, names, instead=True)])

    def batch(self, members: Sequence[Mapping[str, Any]], *, update: bool, instead: bool) -> dict[str, Any]:
        """Write members, each for itself.

        Args:
            members: What was sent.
            update: Whether those that are there may be changed.
            instead: Whether tags take the place of those that a member has.

        Returns:
            Mailchimp's answer.
        """
        new: list[Member] = []
        updated: list[Member] = []
        errors = []
        seen: set[str] = set()
        with self._documents.locked():
            for given in members:
                address = given.get("email_address", "")
                old = self.get(hash_of(address))
                try:
                    _check_once(address, seen, old, update=update)
                    made = self.made(given, old, instead=instead)
                except Problem as problem:
                    errors.append(_entry(address, problem))
                else:
                    (new if old is None else updated).append(made)
            self.keep([*new, *updated])
        return {
            "new_members": [visible(member) for member in new],
            "updated_members": [visible(member) for member in updated],
            "errors": errors, "total_created": len(new), "total_updated": len(updated), "error_count": len(errors),
        }  # fmt: skip

    def _those(self, query: Mapping[str, str]) -> "array[int]":
        """Give the numbers of the members that a query finds; remembered, until somebody is written."""
        fits, (field, down) = test_of(query), sorting(query)
        paged = {"count", "offset", "fields", "exclude_fields"}
        key = tuple(sorted((name, text) for name, text in query.items() if name not in paged))
        with self._documents.locked():
            if key not in self._found:
                everybody = self._documents.documents(self._documents.numbers(_MEMBER))
                found = [(member[field], number) for number, member in everybody if fits(member)]
                found.sort(key=lambda each: each[0], reverse=down)
                self._found[key] = array("q", (number for _, number in found))
            return self._found[key]

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def visible(member: Member) -> Member:
    """Give what of a member is shown."""
    return {name: value for name, value in member.items() if name != OWN}


def _check_once(address: str, seen: set[str], old: Member | None, *, update: bool) -> None:
    if address.lower() in seen:
        raise Problem(400, "Invalid Resource", "This address stands more than once in the request.")
    seen.add(address.lower())
    if old is not None and not update:
        text = f"{old['email_address']} is already a list member, do you want to update?"
        raise Problem(400, "Member Exists", f"{text} please provide update_existing:true in the request body")


def _entry(address: str, problem: Problem) -> dict[str, Any]:
    field, message = problem.faults[0] if problem.faults else ("", "")
    code = "ERROR_CONTACT_EXISTS" if problem.title == "Member Exists" else "ERROR_GENERIC"
    told = {"email_address": address, "error": problem.detail, "error_code": code}
    return {**told, "field": field, "field_message": message}
