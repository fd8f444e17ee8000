"""The calls: subscribers of one state page by page, the list's custom fields, imports, single changes, who leaves."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from identitysync.contract import Clock
from identitysync.errors import PlatformError, RemoteUnavailable
from identitysync.platforms.api import Api
from identitysync.platforms.campaignmonitor.answers import judge
from identitysync.platforms.login import BasicLogin
from identitysync.values import Record, Secret
from identitysync.world import HttpClient

BATCH: Final = 1000
"""Subscribers that one import takes."""

PAGE: Final = 1000
"""Subscribers that one page holds at most."""

_SMALLEST: Final = 10
"""Subscribers that one page holds at least."""

_RETURNS: Final = 3
"""How often a page is read again; where subscribers come and go all the time, that would never end."""

STATES: Final = ("active", "unconfirmed", "unsubscribed", "bounced", "deleted")

_NOT_THERE: Final = "203"
"""The code for an address that is not in the list, or has left it before."""


class CampaignMonitorClient:
    """Call Campaign Monitor; safe to share between threads."""

    def __init__(self, url: str, api_key: Secret, http: HttpClient, clock: Clock) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: The API's address, with its version.
            api_key: The API key.
            http: Sends the requests.
            clock: Tells and passes the time.
        """
        self._api = Api(
            "Campaign Monitor", url.strip(), http, clock, login=BasicLogin(api_key.reveal(), _X), judge=judge
        )

    def subscribers(
        self, list_id: str, state: str, *, since: date | None = None, page_size: int = PAGE
    ) -> Iterator[list[Record]]:
        """Read the subscribers of one state, page by page, by their addresses.

        When somebody leaves that state meanwhile, the pages move up, which shows at the end of the page before: that is
        asked for once more after each page. Then the page before is read again, and what was given of it is left out.

        Args:
            list_id: The list.
            state: One of ``STATES``.
            since: Only those who came into the state on that day or later.
            page_size: Subscribers of one page, 10 to 1000.

        Yields:
            The subscribers of one page, as Campaign Monitor gives them.

        Raises:
            PlatformError: Campaign Monitor refuses the call, for instance because there is no such list.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: It cannot be reached.
        """
        query: dict[str, Any] = {"date": "" if since is None else since.isoformat(), "pagesize": page_size}
        query |= {"orderfield": "email", "orderdirection": "asc", "includetrackingpreference": "true"}
        path = f"/lists/{_part(list_id)}/{state}.json"
        page, read, returns = 1, 0, 0  # the page, the one that was given last, how often it was read again
        last, known = "", set[str]()  # how the page that was given last ended, and what stood on it, however often read
        while True:
            found, pages = self._page(path, {**query, "page": page})
            if page > read > 0 and returns < _RETURNS and self._end(path, query, read) != last:
                page, returns = read, returns + 1
                continue
            yield [each for each in found if each["EmailAddress"] not in known]
            if page >= pages:
                return
            here = [each["EmailAddress"] for each in found]
            if page > read:
                returns, known = 0, set()
            known.update(here)
            last = here[-1] if here else ""
            read, page = page, page + 1

    def _page(self, path: str, query: Mapping[str, Any]) -> tuple[list[Record], int]:
        """Give one page, and how many there are."""
        answer = self._get(path, query)
        found = answer.get("Results")
        if not isinstance(found, list):
            raise RemoteUnavailable("Campaign Monitor answered without results; check apiUrl, and any proxy between")
        return found, answer.get("NumberOfPages", 0)

    def _end(self, path: str, query: Mapping[str, Any], page: int) -> str:
        """Give the last address of a page as it is now, by the smallest page that ends where it does."""
        size = query["pagesize"] if query["pagesize"] % _SMALLEST else _SMALLEST
        found, _ = self._page(path, {**query, "pagesize": size, "page": page * query["pagesize"] // size})
        return found[-1]["EmailAddress"] if found else ""

    def custom_fields(self, list_id: str) -> list[Mapping[str, Any]]:
        """Give the custom fields of a list: ``FieldName``, ``Key``, ``DataType`` and so on.

        Args:
            list_id: The list.
        """
        found = self._api.call("GET", f"/lists/{_part(list_id)}/customfields.json").json()
        return found if isinstance(found, list) else []

    def import_subscribers(
        self, list_id: str, subscribers: Sequence[Mapping[str, Any]], *, resubscribe: bool
    ) -> list[Mapping[str, Any]]:
        """Add subscribers to a list, and change those that it has; doing it twice does no harm.

        Args:
            list_id: The list.
            subscribers: At most 1000, each address once.
            resubscribe: Whether those come back who have left, bounced, or are suppressed.

        Returns:
            Who was not taken: ``EmailAddress``, ``Code`` and ``Message``.

        Raises:
            PlatformError: Campaign Monitor refuses the call as a whole.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: The fault did not pass.
        """
        body = {
            "Subscribers": list(subscribers),
            "Resubscribe": resubscribe,
            "QueueSubscriptionBasedAutoResponders": False,
            "RestartSubscriptionBasedAutoresponders": False,
        }
        path = f"/subscribers/{_part(list_id)}/import.json"
        answer = self._api.call("POST", path, json=body, repeatable=True).json()
        result = answer.get("ResultData", answer) if isinstance(answer, dict) else {}
        failures = result.get("FailureDetails")
        if not isinstance(failures, list):
            raise RemoteUnavailable("Campaign Monitor's answer does not say what came of the subscribers")
        return failures

    def update(self, list_id: str, subscriber: Mapping[str, Any]) -> bool:
        """Change a subscriber, whose state stays as it is; doing it twice does no harm.

        Args:
            list_id: The list.
            subscriber: The subscriber.

        Returns:
            Whether the list has the address; one that it has not is not added.

        Raises:
            PlatformError: Campaign Monitor refuses the subscriber.
            AuthenticationFailed: It does not accept the key.
            RemoteUnavailable: The fault did not pass.
        """
        query, body = {"email": subscriber["EmailAddress"]}, {**subscriber, "Resubscribe": False}
        return self._is_there("PUT", f"/subscribers/{_part(list_id)}.json", body, query)

    def unsubscribe(self, list_id: str, address: str) -> bool:
        """Let an address leave a list; doing it twice does no harm.

        Args:
            list_id: The list.
            address: The e-mail address.

        Returns:
            Whether it was active before.
        """
        return self._is_there("POST", f"/subscribers/{_part(list_id)}/unsubscribe.json", {"EmailAddress": address})

    def _is_there(
        self, method: str, path: str, body: Mapping[str, Any], query: Mapping[str, Any] | None = None
    ) -> bool:
        """Call; tell whether the list has the address that the call is about."""
        try:
            self._api.call(method, path, query=query, json=body, repeatable=True)
        except PlatformError as fault:
            if fault.code != _NOT_THERE:
                raise
            return False
        return True

    def _get(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._api.call("GET", path, query=query).json()
        return answer if isinstance(answer, dict) else {}


_X: Final = Secret("x")
"""The password beside the key, which may be anything."""


def _part(text: str) -> str:
    return quote(text.strip(), safe="")
