"""The calls: members page by page, the audience's merge fields, and members in batches."""

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

        When members leave the audience meanwhile, the pages move up by as many places; then the next page begins as
        much earlier, and what was given before is left out.

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
        begin, offset, total = 0, 0, 0  # where the page before began, where this one does, how many members there are
        before: frozenset[str] = frozenset()
        while True:
            answer = self._get(f"/lists/{_part(list_id)}/members", {**query, "offset": offset})
            members, now_total = answer.get("members"), answer.get("total_items", 0)
            if not isinstance(members, list):
                raise RemoteUnavailable("Mailchimp answered without members; check apiUrl, and any proxy in between")
            gone, total = total - now_total, now_total
            if gone > 0 and offset > begin:  # what stood at the beginning of this page has moved to the page before
                offset = max(begin, offset - gone)
                continue
            here = frozenset(member["id"] for member in members)
            yield [_kept(member, keeps_id) for member in members if member["id"] not in before]
            begin, offset, before = offset, offset + len(members), here
            if len(members) < page_size or offset >= total:
                return

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

    def _get(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._api.call("GET", path, query=query).json()
        return answer if isinstance(answer, dict) else {}


def _part(text: str) -> str:
    return quote(text.strip(), safe="")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _kept(member: Record, keeps_id: bool) -> Record:
    member.pop("_links", None)
    if not keeps_id:
        del member["id"]
    return member
