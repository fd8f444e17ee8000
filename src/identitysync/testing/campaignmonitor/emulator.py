"""Campaign Monitor on loopback.

It follows https://www.campaignmonitor.com/api/v3-3/subscribers/, .../v3-3/lists/ and .../v3-3/getting-started/. Its
times are UTC, where those of the real one are of the account's time zone.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from identitysync.testing.campaignmonitor import failures
from identitysync.testing.campaignmonitor.subscribers import STATES, Failure, KeptList, Subscriber
from identitysync.testing.http import Emulator, Refused, Reply, Request, Routes, reply
from identitysync.testing.http.refusing import Refuse, refuser

_BATCH: Final = 1000
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")
_FIELDS: Final = {"GigyaUID": "Text"}


class CampaignMonitorEmulator(Emulator):
    """A client with one list.

    Attributes:
        api_key: The key that opens it.
        list_id: The id of the list.
    """

    platform: ClassVar[str] = "Campaign Monitor"

    def __init__(
        self,
        *,
        api_key: str = "0123456789abcdef0123456789abcdef",
        list_id: str = "a58ee1d3039b8bec838e6d1482a8a965",
        subscribers: Iterable[Mapping[str, Any]] = (),
        custom_fields: Mapping[str, str] | None = None,
        refuse: Refuse = None,
        **options: Any,
    ) -> None:
        """Prepare the list.

        Args:
            api_key: The key that opens it.
            list_id: The id of the list.
            subscribers: Who is in it, each with ``EmailAddress`` at least.
            custom_fields: Its custom fields: names, and data types such as ``Text``, ``Number``, ``MultiSelectMany``.
            refuse: Addresses that are refused: a regular expression, or a function.
            options: What every emulator takes: ``latency``, ``faults``, ``limit``, ``clock``, ``path``, ``port``.
        """
        super().__init__(**options)
        self.api_key, self.list_id = api_key, list_id
        self._fields = dict(custom_fields or _FIELDS)
        keys = {_key(name): kind for name, kind in self._fields.items()}
        self._kept = KeptList(self.documents, keys, refuser(refuse), self.clock)
        self._routes = Routes({
            "GET /api/v3.3/systemdate.json": lambda _: {"SystemDate": f"{self.clock.now():%Y-%m-%d %H:%M:%S}"},
            "GET /api/v3.3/lists/{list}.json": self._details,
            "GET /api/v3.3/lists/{list}/customfields.json": self._custom_fields,
            "GET /api/v3.3/lists/{list}/{state}.json": self._page,
            "GET /api/v3.3/subscribers/{list}.json": self._get,
            "POST /api/v3.3/subscribers/{list}.json": self._add,
            "PUT /api/v3.3/subscribers/{list}.json": self._update,
            "DELETE /api/v3.3/subscribers/{list}.json": self._delete,
            "POST /api/v3.3/subscribers/{list}/import.json": self._import,
            "POST /api/v3.3/subscribers/{list}/unsubscribe.json": self._unsubscribe,
        })  # fmt: skip
        self.put(subscribers)

    @property
    def api_url(self) -> str:
        """The address that a flow names as ``apiUrl``."""
        return f"{self.url}/api/v3.3/"

    def put(self, subscribers: Iterable[Mapping[str, Any]]) -> None:
        """Put subscribers into the list, over those of the same address.

        Args:
            subscribers: As the API gives them; ``EmailAddress`` is enough.
        """
        self._kept.put(subscribers)

    def subscribers(self) -> list[Subscriber]:
        """Give everybody in the list, whatever their state."""
        return self._kept.everybody()

    def count(self) -> int:
        """Tell how many subscribers there are, whatever their state."""
        return self._kept.count()

    def change_state(self, address: str, state: str) -> None:
        """Bring a subscriber into another state, such as ``Unsubscribed`` or ``Bounced``."""
        self._kept.change_state(address, state)

    def suppress(self, address: str) -> None:
        """Put an address on the suppression list."""
        self._kept.suppress(address)

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        self._check_login(request)
        try:
            return self._routes.answer(request)
        except Failure as failure:
            raise failures.refused(failure.code) from None

    def too_many(self, seconds: float) -> Reply:
        """Give the answer to a call that is not let in."""
        body = {"Code": 429, "Message": "Too many requests"}
        return reply(body, 429, headers={"X-RateLimit-Reset": str(max(1, round(seconds)))})

    def _check_login(self, request: Request) -> None:
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                told = base64.b64decode(told, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                told = ""
        if not told:
            raise failures.refused(failures.NO_LOGIN, 401)
        if told != self.api_key:
            raise failures.refused(failures.BAD_KEY, 401)

    def _details(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        return {"ListID": list_id, "Title": "People", "ConfirmedOptIn": False, "UnsubscribeSetting": "OnlyThisList"}

    def _custom_fields(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        return [
            {
                "FieldName": name, "Key": f"[{_key(name)}]", "DataType": kind, "FieldOptions": [],
                "VisibleInPreferenceCenter": True,
            }
            for name, kind in self._fields.items()
        ]  # fmt: skip

    def _page(self, request: Request, list_id: str, state: str) -> Any:
        self._check_list(list_id)
        query = request.query
        name = state.title()
        if name not in STATES:
            raise Refused(404)
        since = query.get("date", "")
        if since and not _DATE.fullmatch(since):
            raise failures.refused(failures.BAD_DATE)
        order, direction = query.get("orderfield", "email").lower(), query.get("orderdirection", "asc").lower()
        page, size = int(query.get("page") or 1), min(max(int(query.get("pagesize") or _BATCH), 10), _BATCH)
        numbers = self._kept.find(name, since, order, down=direction == "desc")
        found = self._kept.page(numbers[(page - 1) * size : page * size])
        tracked = query.get("includetrackingpreference", "").lower() == "true"
        return {
            "Results": [_shown(each, tracked) for each in found], "ResultsOrderedBy": order,
            "OrderDirection": direction, "PageNumber": page, "PageSize": size, "RecordsOnThisPage": len(found),
            "TotalNumberOfRecords": len(numbers), "NumberOfPages": -(-len(numbers) // size),
        }  # fmt: skip

    def _get(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        found = self._kept.get(request.query.get("email", ""))
        if found is None:
            raise Failure(failures.NOT_IN_LIST)
        return _shown(found, request.query.get("includetrackingpreference", "").lower() == "true")

    def _add(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id)
        self._kept.write(given, resubscribe=bool(given.get("Resubscribe")))
        return reply(given["EmailAddress"], 201)

    def _update(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id)
        self._kept.update(request.query.get("email", ""), given, resubscribe=bool(given.get("Resubscribe")))
        return Reply(b"", 200)

    def _delete(self, request: Request, list_id: str) -> Any:
        self._check_list(list_id)
        self._kept.change_state(request.query.get("email", ""), "Deleted")
        return Reply(b"", 200)

    def _unsubscribe(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id)
        self._kept.change_state(str(given.get("EmailAddress", "")), "Unsubscribed", only=("Active", "Unconfirmed"))
        return Reply(b"", 200)

    def _import(self, request: Request, list_id: str) -> Any:
        given = self._given(request, list_id)
        subscribers = given.get("Subscribers")
        if not isinstance(subscribers, list) or any(not isinstance(each, dict) for each in subscribers):
            raise failures.refused(failures.BAD_BODY)
        if not subscribers:
            raise failures.refused(failures.NONE_GIVEN)
        if len(subscribers) > _BATCH:
            raise failures.refused(failures.TOO_MANY)
        result = self._kept.write_all(subscribers, resubscribe=bool(given.get("Resubscribe")))
        if result["FailureDetails"]:
            raise failures.refused(failures.SOME_FAILED, ResultData=result)
        return reply(result, 201)

    def _given(self, request: Request, list_id: str) -> dict[str, Any]:
        self._check_list(list_id)
        try:
            given = request.json()
        except ValueError as fault:
            raise failures.refused(failures.BAD_BODY) from fault
        if not isinstance(given, dict):
            raise failures.refused(failures.BAD_BODY)
        return given

    def _check_list(self, list_id: str) -> None:
        if list_id != self.list_id:
            raise failures.refused(failures.BAD_LIST)


def _key(name: str) -> str:
    """Give the key of a custom field: its name without blanks."""
    return name.replace(" ", "")


def _shown(subscriber: Subscriber, tracked: bool) -> Subscriber:
    return {name: value for name, value in subscriber.items() if tracked or name != "ConsentToTrack"}
