"""The calls: members page by page, the audience's merge fields, members in batches and one by one."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from identitysync.contract import Clock
from identitysync.errors import RemoteUnavailable
from identitysync.platforms.api import Api
from identitysync.platforms.login import BasicLogin
from identitysync.platforms.mailchimp.answers import judge
from identitysync.values import Record, Secret
from identitysync.world import HttpClient

BATCH: Final = 500
"""Members that one call takes."""

PAGE: Final = 1000
"""Members that one page holds at most."""

_VERSION: Final = "/3.0"

_RETURNS: Final = 3
"""How often a page is read again; where members come in another order each time, that would never end."""


class MailchimpClient:
    """Call Mailchimp; safe to share between threads."""

    def __init__(self, url: str, api_key: Secret, http: HttpClient, clock: Clock) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: The API's address, such as ``https://us6.api.mailchimp.com/3.0/``; the version may be left out.
            api_key: The API key.
            http: Sends the requests.
            clock: Tells and passes the time.
        """
        base = url.strip().rstrip("/").removesuffix(_VERSION) + _VERSION
        self._api = Api("Mailchimp", base, http, clock, login=BasicLogin("identitysync", api_key), judge=judge)

    def members(
        self,
        list_id: str,
        *,
        status: str = "",
        since: datetime | None = None,
        fields: Sequence[str] = (),
        page_size: int = PAGE,
    ) -> Iterator[list[Record]]:
        """Read the members of an audience, page by page, by the time at which they opted in.

        Each page begins with the last member of the page before. When it does not, members have left the audience
        meanwhile, and others have moved up into the page before: that is read again, and what was given is left out.

        Args:
            list_id: The audience.
            status: Only members of this status; empty for all but archived ones.
            since: Only members that changed after this moment.
            fields: Only these fields, such as ``email_address`` and ``merge_fields.UID``; empty for all.
            page_size: Members of one page.

        Yields:
            The members of one page, as Mailchimp gives them, without its ``_links``.

        Raises:
            PlatformError: Mailchimp refuses the call, for instance because there is no such audience.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: It cannot be reached.
        """
        wanted = [f"members.{name}" for name in fields]
        query: dict[str, Any] = {
            "count": page_size,
            "status": status or None,
            "since_last_changed": None if since is None else _moment(since),
            "sort_field": "timestamp_opt",
            "sort_dir": "ASC",
            "fields": ",".join(["total_items", "members.id", *wanted]) if wanted else None,
            "exclude_fields": None if wanted else "_links,members._links",
        }
        keeps_id = not fields or "id" in fields
        begin, offset, returns = 0, 0, 0  # where the page before began, where this one does, how often we went back
        before = set[str]()  # what stood on the page before, however often it was read
        shared = min(1, page_size - 1)
        while True:
            answer = self._get(f"/lists/{_part(list_id)}/members", {**query, "offset": offset})
            members = answer.get("members")
            if not isinstance(members, list):
                raise RemoteUnavailable("Mailchimp answered without members; check apiUrl, and any proxy in between")
            here = [member["id"] for member in members]
            if shared and offset > begin and not (here and here[0] in before) and returns < _RETURNS:
                offset, returns = begin, returns + 1
                continue
            yield [_kept(member, keeps_id) for member in members if member["id"] not in before]
            if len(members) < page_size or offset + len(members) >= answer.get("total_items", 0):
                return
            if offset > begin:
                returns, before = 0, set()
            before.update(here)
            begin, offset = offset, offset + len(members) - shared

    def merge_fields(self, list_id: str) -> list[Mapping[str, Any]]:
        """Give the merge fields of an audience: ``tag``, ``type``, ``name`` and so on.

        Args:
            list_id: The audience.
        """
        fields = "merge_fields.tag,merge_fields.type,merge_fields.name,merge_fields.required"
        found = self._get(f"/lists/{_part(list_id)}/merge-fields", {"count": PAGE, "fields": fields})
        return list(found.get("merge_fields") or ())

    def subscribe(self, list_id: str, members: Sequence[Mapping[str, Any]], *, repeatable: bool) -> Mapping[str, Any]:
        """Add members to an audience, and change those that it has.

        Args:
            list_id: The audience.
            members: At most 500 members, each address once.
            repeatable: Whether doing it twice does no harm.

        Returns:
            Mailchimp's answer: ``new_members``, ``updated_members``, and ``errors`` of single members.

        Raises:
            PlatformError: Mailchimp refuses the call as a whole, and has done nothing.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: The fault did not pass.
        """
        body = {"members": list(members), "update_existing": True}
        answer = self._api.call("POST", f"/lists/{_part(list_id)}", json=body, repeatable=repeatable).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("errors"), list):
            raise RemoteUnavailable("Mailchimp's answer does not say what came of the members")
        return answer

    def put(self, list_id: str, member: Mapping[str, Any]) -> None:
        """Add one member to an audience, or change it; doing it twice does no harm.

        Args:
            list_id: The audience.
            member: The member; ``status_if_new`` counts for one that is added, ``status`` for any. Its tags are only
                taken by ``tag``.

        Raises:
            PlatformError: Mailchimp refuses the member.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: The fault did not pass.
        """
        self._api.call("PUT", _member(list_id, member["email_address"]), json=member)

    def tag(self, list_id: str, address: str, names: Sequence[str]) -> None:
        """Put tags on a member, beside those that it has; doing it twice does no harm.

        Args:
            list_id: The audience.
            address: The member's e-mail address.
            names: The tags.

        Raises:
            PlatformError: Mailchimp refuses the tags.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: The fault did not pass.
        """
        tags = [{"name": name, "status": "active"} for name in names]
        self._api.call("POST", f"{_member(list_id, address)}/tags", json={"tags": tags}, repeatable=True)

    def _get(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._api.call("GET", path, query=query).json()
        return answer if isinstance(answer, dict) else {}


def _part(text: str) -> str:
    return quote(text.strip(), safe="")


def _member(list_id: str, address: str) -> str:
    hash = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
    return f"/lists/{_part(list_id)}/members/{hash}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _kept(member: Record, keeps_id: bool) -> Record:
    member.pop("_links", None)
    if not keeps_id:
        del member["id"]
    return member
