"""Mailchimp on loopback.

It follows https://mailchimp.com/developer/marketing/api/lists/, .../api/list-members/, .../api/list-merges/,
.../api/ping/ and https://mailchimp.com/developer/marketing/docs/errors/, .../docs/methods-parameters/ and
.../docs/fundamentals/. How a batch answers to an address that stands in it twice, to more than 500 members, and to
unknown interests is not documented: those texts are ours.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import attrs

from identitysync.testing.http import Emulator, Limit, Refused, Reply, Request, Routes
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.mailchimp.audience import KeptAudience, visible
from identitysync.testing.mailchimp.members import Member, MemberRules, check_schema
from identitysync.testing.mailchimp.problems import Problem, invalid, not_found
from identitysync.testing.mailchimp.views import MOST, number, shown

_BATCH: Final = 500
_AT_ONCE: Final = 10
_FIELDS: Final = {"FNAME": "text", "LNAME": "text", "UID": "text"}


class MailchimpEmulator(Emulator):
    """An account with one audience; an eleventh call at once is not let in.

    Attributes:
        api_key: The key that opens it.
        list_id: The id of the audience.
    """

    platform: ClassVar[str] = "Mailchimp"

    def __init__(
        self,
        *,
        api_key: str = "0123456789abcdef0123456789abcdef-us6",
        list_id: str = "a1b2c3d4e5",
        members: Iterable[Mapping[str, Any]] = (),
        merge_fields: Mapping[str, str] | None = None,
        required: Iterable[str] = (),
        interests: Iterable[str] = (),
        refuse: Refuse = None,
        **options: Any,
    ) -> None:
        """Prepare the audience.

        Args:
            api_key: The key that opens it.
            list_id: The id of the audience.
            members: Who is in it, each with ``email_address`` and ``status`` at least.
            merge_fields: Its merge fields: tags and types, such as ``text``, ``number``, ``address``.
            required: The tags of merge fields that must be filled in.
            interests: The ids of its interests.
            refuse: Addresses that look fake to Mailchimp: a regular expression, or a function.
            options: What every emulator takes: ``latency``, ``faults``, ``limit``, ``clock``, ``path``, ``port``.
        """
        super().__init__(**{"limit": Limit(at_once=_AT_ONCE), **options})
        self.api_key, self.list_id = api_key, list_id
        must = set(required)
        self._fields = [
            {
                "merge_id": id, "tag": tag, "name": tag.title(), "type": kind, "required": tag in must,
                "default_value": "", "public": False, "display_order": id + 1, "options": {}, "list_id": list_id,
            }
            for id, (tag, kind) in enumerate((merge_fields or _FIELDS).items(), 1)
        ]  # fmt: skip
        rules = MemberRules(list_id, self._fields, set(interests), refuser(refuse))
        self._audience = KeptAudience(self.documents, rules, self.clock)
        self._routes = Routes({
            "GET /3.0/ping": lambda _: {"health_status": "Everything's Chimpy!"},
            "GET /3.0/lists": self._lists,
            "GET /3.0/lists/{list}": self._list,
            "POST /3.0/lists/{list}": self._batch,
            "GET /3.0/lists/{list}/merge-fields": self._merge_fields,
            "GET /3.0/lists/{list}/members": self._members,
            "POST /3.0/lists/{list}/members": self._add,
            "GET /3.0/lists/{list}/members/{hash}": self._member,
            "PUT /3.0/lists/{list}/members/{hash}": self._put,
            "PATCH /3.0/lists/{list}/members/{hash}": self._patch,
            "DELETE /3.0/lists/{list}/members/{hash}": self._archive,
            "POST /3.0/lists/{list}/members/{hash}/tags": self._tag,
            "POST /3.0/lists/{list}/members/{hash}/actions/delete-permanent": self._forget,
        })  # fmt: skip
        self.put(members)

    @property
    def api_url(self) -> str:
        """The address that a flow names as ``apiUrl``."""
        return f"{self.url}/3.0/"

    def put(self, members: Iterable[Mapping[str, Any]]) -> None:
        """Put members into the audience, over those of the same address.

        Args:
            members: Each with ``email_address`` and ``status`` at least; ``last_changed`` may be given, too.
        """
        self._audience.put(members)

    def members(self) -> list[Member]:
        """Give everybody in the audience, archived members too."""
        return self._audience.everybody()

    def count(self) -> int:
        """Tell how many members there are, archived ones too."""
        return self._audience.count()

    def leave(self, address: str) -> None:
        """Let somebody unsubscribe by themselves: nobody else can subscribe them again."""
        self._audience.leave(address)

    def forget(self, address: str) -> None:
        """Delete a member for good: only the person can come back."""
        self._audience.forget(address)

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if not self._knows(request):
            text = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            raise Problem(401, "API Key Invalid", text).refused()
        try:
            answer = self._routes.answer(request)
        except Problem as problem:
            raise problem.refused() from None
        except Refused as refused:  # by the routes, which know no problems
            return _no_route(refused.reply.headers)
        return shown(answer, request.query) if isinstance(answer, dict) else answer

    def too_many(self, seconds: float) -> Reply:
        """Give the answer to a call that is not let in; it does not say when to come back."""
        text = f"You have exceeded the limit of {_AT_ONCE} simultaneous connections."
        return Problem(429, "Too Many Requests", text).reply()

    def _knows(self, request: Request) -> bool:
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                told = base64.b64decode(told, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        return told == self.api_key

    def _lists(self, request: Request) -> Any:
        return {"lists": [self._list(request, self.list_id)], "total_items": 1}

    def _list(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        stats = {"member_count": self.count(), "merge_field_count": len(self._fields)}
        return {"id": list_id, "name": "People", "stats": stats, "_links": _links(list_id)}

    def _merge_fields(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        count, offset = number(request.query, "count", 10, MOST), number(request.query, "offset", 0)
        found = self._fields[offset : offset + count]
        return {"merge_fields": [dict(field) for field in found], "list_id": list_id, "total_items": len(self._fields)}

    def _members(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        count, offset = number(request.query, "count", 10, MOST), number(request.query, "offset", 0)
        found, total = self._audience.find(request.query, offset, count)
        members = [{**member, "_links": _links(list_id, member["id"])} for member in found]
        return {"members": members, "list_id": list_id, "total_items": total, "_links": _links(list_id)}

    def _member(self, request: Request, list_id: str, hash: str) -> Any:
        self._check_list(list_id)
        member = visible(self._audience.kept(hash))
        return {**member, "_links": _links(list_id, member["id"])}

    def _add(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id)
        with self.documents.locked():
            old = self._audience.get(given.get("email_address", ""))
            if old is not None and old["status"] != "archived":
                text = f"{old['email_address']} is already a list member. Use PUT to insert or update list members."
                raise Problem(400, "Member Exists", text)
            return self._audience.write(given, old)

    def _put(self, request: Request, list_id: str, hash: str) -> Any:
        given = self._given(request, list_id)
        with self.documents.locked():
            old = self._audience.get(hash)
            if old is None:
                given["status"] = given.get("status") or given.get("status_if_new")
            return self._audience.write(_untagged(given), old)

    def _patch(self, request: Request, list_id: str, hash: str) -> Any:
        given = self._given(request, list_id)
        with self.documents.locked():
            return self._audience.write(_untagged(given), self._audience.kept(hash))

    def _archive(self, request: Request, list_id: str, hash: str) -> Any:
        self._check_list(list_id)
        self._audience.change(hash, status="archived")
        return Reply(b"", 204)

    def _forget(self, request: Request, list_id: str, hash: str) -> Any:
        self._check_list(list_id)
        self._audience.forget(hash)
        return Reply(b"", 204)

    def _tag(self, request: Request, list_id: str, hash: str) -> Any:
        given = self._given(request, list_id, member=False)
        self._audience.tag(hash, {tag["name"]: tag["status"] == "active" for tag in given.get("tags", ())})
        return Reply(b"", 204)

    def _batch(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id, member=False)
        members = given.get("members")
        if not isinstance(members, list) or not 1 <= len(members) <= _BATCH:
            raise invalid(("members", f"There must be 1 to {_BATCH} items in the array"))
        for place, member in enumerate(members):
            check_schema(member, f"members.item:{place}")
        update, instead = bool(given.get("update_existing")), bool(given.get("sync_tags"))
        return {**self._audience.batch(members, update=update, instead=instead), "_links": _links(list_id)}

    def _given(self, request: Request, list_id: str, *, member: bool = True) -> dict[str, Any]:
        self._check_list(list_id)
        try:
            given = request.json()
        except ValueError as fault:
            text = "We encountered an unspecified JSON parsing error."
            raise Problem(400, "JSON Parse Error", text) from fault
        if member or not isinstance(given, dict):
            check_schema(given)
        return dict(given)

    def _check_list(self, list_id: str) -> None:
        if list_id != self.list_id:
            raise not_found()


def _untagged(given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the tags: a call that changes a member does not know them, and does not say so."""
    return {name: value for name, value in given.items() if name != "tags"}


def _no_route(headers: Mapping[str, str]) -> Reply:
    if "Allow" not in headers:
        return not_found().reply()
    text = "The requested method and resource are not compatible. See the Allow header for this resource's methods."
    return attrs.evolve(Problem(405, "Method Not Allowed", text).reply(), headers=headers)


def _links(list_id: str, member: str = "") -> list[dict[str, str]]:
    path = f"/lists/{list_id}" + (f"/members/{member}" if member else "")
    return [{"rel": "self", "href": f"https://us6.api.mailchimp.com/3.0{path}", "method": "GET"}]
