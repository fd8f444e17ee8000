"""The emulator itself, as the pages of the Data Extensions Async API and of the two logins describe it."""

import itertools
import threading
from collections import deque
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from identitysync.contract import Clock
from identitysync.testing.http import Emulator, HttpFaults, IssuedTokens, Limit, Refused, Reply, Request, Routes, reply
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.marketing_cloud.rows import DataExtensions, RowError

_SUBSCRIBERS: Final[Mapping[str, Collection[str]]] = {"GigyaSubscribers": ("GUID",)}


@attrs.define
class _Asked:
    """A request that was queued."""

    id: str
    name: str
    rows: list[dict[str, Any]]
    replace: bool
    due: float
    items: list[dict[str, Any]] | None = None


class MarketingCloudEmulator(Emulator):
    """Play one tenant of Marketing Cloud on this machine.

    Attributes:
        tokens: The tokens; ``tokens.expire()`` ends them all.
        told: What results tell: of ``all`` rows in their order, of all of them ``shuffled``, of the ``failed`` alone,
            or ``nothing``. The documentation leaves it open.
    """

    platform = "Marketing Cloud"

    def __init__(
        self,
        client_id: str = "id-of-the-emulator",
        client_secret: str = "secret-of-the-emulator",  # noqa: S107 - a made-up secret of a made-up package
        *,
        data_extensions: Mapping[str, Collection[str]] | None = None,
        columns: Mapping[str, Collection[str]] | None = None,
        account_id: int = 1,
        refuse: Refuse = None,
        lifetime: float = 1079.0,
        processing: float = 0.0,
        told: Literal["all", "shuffled", "failed", "nothing"] = "all",
        faults: HttpFaults | None = None,
        limit: Limit | None = None,
        latency: float = 0.0,
        clock: Clock | None = None,
        path: str | Path | None = None,
        port: int = 0,
    ) -> None:
        """Make empty data extensions; nothing is answered before ``start``.

        Args:
            client_id: The id of the one package.
            client_secret: The package's secret.
            data_extensions: The primary keys by external key; by default ``GigyaSubscribers`` with ``GUID``.
            columns: All columns by external key; a data extension that is not named here takes any.
            account_id: The one business unit.
            refuse: E-mail addresses that are refused: a regular expression, or a function.
            lifetime: Seconds that a token lasts.
            processing: Seconds that a request takes.
            told: What results tell, see above.
            faults: What shall go wrong; None for nothing so far.
            limit: How many calls are let in; all by default.
            latency: Seconds that every answer takes at least.
            clock: Tells and passes the time.
            path: A SQLite file for the rows; None keeps them in memory.
            port: The port; 0 for any that is free.
        """
        super().__init__(faults=faults, limit=limit, latency=latency, clock=clock, path=path, port=port)
        self._secrets, self._account_id, self._processing = (client_id, client_secret), account_id, processing
        self.tokens, self.told = IssuedTokens(self.clock, lifetime), told
        keys = _SUBSCRIBERS if data_extensions is None else data_extensions
        self._extensions = DataExtensions(self.documents, keys, columns or {}, refuser(refuse))
        self._asked: dict[str, _Asked] = {}
        self._waiting: deque[_Asked] = deque()
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        rows = "/data/v1/async/dataextensions/{key}/rows"
        self._routes = Routes(
            {
                f"PUT {rows}": self._queue,
                f"POST {rows}": self._queue,
                "GET /data/v1/async/{request}/status": self._status,
                "GET /data/v1/async/{request}/results": self._results,
                "GET /data/v1/customobjectdata/key/{key}/rowset": self._rowset,
            },
            unknown={"message": "Generic Exception", "errorcode": 10000, "documentation": ""},
        )

    def rows(self, data_extension: str) -> list[dict[str, Any]]:
        """Give all rows of a data extension, in the order in which they came."""
        return list(self._extensions.rows(data_extension))

    def too_many(self, seconds: float) -> Reply:
        """Answer as "Rate Limiting Errors" says."""
        wait = max(1, round(seconds))
        body = {"message": "Rate limit exceeded", "errorcode": 50100, "retryAfter": wait, "documentation": ""}
        return reply(body, 429, headers={"Retry-After": str(wait)})

    def answer(self, request: Request) -> Any:
        """Answer a request: a login, or what a token may ask for."""
        if request.verb == "POST" and request.path == "/v2/token":
            return self._log_in(request.json())
        if request.verb == "POST" and request.path == "/v1/requestToken":
            given = request.json()
            self._check((given.get("clientId"), given.get("clientSecret")))
            return {"accessToken": self.tokens.issue(), "expiresIn": int(self.tokens.lifetime)}
        if not self.tokens.opens(request.bearer()):
            raise Refused(401, {"message": "Not Authorized", "errorcode": 0, "documentation": ""})
        return self._routes.answer(request)

    def _log_in(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type", "error_description": "Use client_credentials."})
        self._check((given.get("client_id"), given.get("client_secret")))
        if str(given.get("account_id", self._account_id)) != str(self._account_id):
            raise Refused(400, {"error": "invalid_request", "error_description": "there is no such account_id"})
        return {
            "access_token": self.tokens.issue(), "token_type": "Bearer", "expires_in": int(self.tokens.lifetime),
            "scope": "data_extensions_read data_extensions_write", "soap_instance_url": f"{self.url}/",
            "rest_instance_url": f"{self.url}/",
        }  # fmt: skip

    def _check(self, secrets: tuple[Any, Any]) -> None:
        if secrets != self._secrets:
            text = "Invalid client ID. Use the client ID in Marketing Cloud Installed Packages."
            raise Refused(401, {"error": "invalid_client", "error_description": text, "error_uri": ""})

    def _queue(self, request: Request, key: str) -> Reply:
        name = key.removeprefix("key:")
        id = f"00000000-0000-4000-8000-{next(self._numbers):012}"
        if not key.startswith("key:") or not self._extensions.has(name):
            text = (
                f"Failed to resolve the Custom Object from the provided ObjectReferenceIdentifier [Id: , Key: {name}]."
            )
            raise Refused(400, {"requestId": id, "resultMessages": [_message("CustomObjectNotFound", text)]})
        items = request.json().get("items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Refused(400, {"message": "Incorrect Format", "errorcode": 10003, "documentation": ""})
        due = self.clock.monotonic() + self._processing
        with self._lock:
            self._asked[id] = _Asked(id, name, items, request.verb == "PUT", due)
            self._waiting.append(self._asked[id])
        return reply({"requestId": id, "resultMessages": []}, 202)

    def _status(self, request: Request, id: str) -> Any:
        asked = self._done(id)
        ready = asked.items is not None
        errors = any(item["status"] == "Error" for item in asked.items or ())
        status = {
            "requestStatus": "Complete" if ready else "Pending", "hasErrors": errors,
            "resultStatus": "Error" if errors else "OK", "requestId": id,
        }  # fmt: skip
        return {"status": status, "requestId": id, "resultMessages": []}

    def _results(self, request: Request, id: str) -> Any:
        items = self._done(id).items or []
        if self.told == "failed":
            items = [item for item in items if item["status"] == "Error"]
        elif self.told == "nothing":
            items = []
        elif self.told == "shuffled":
            items = items[1:] + items[:1]
        page, size = int(request.query.get("$page", 1)), int(request.query.get("$pagesize", 50))
        told = items[(page - 1) * size : page * size]
        return {"page": page, "pageSize": size, "count": len(items), "items": told, "requestId": id}

    def _done(self, id: str) -> _Asked:
        with self._lock:
            asked = self._asked.get(id)
            if asked is None:
                text = f"Unable to locate an Async Request Status Record for the provided RequestId: {id}."
                raise Refused(404, {"requestId": id, "resultMessages": [_message("AsyncRequestStatusNotFound", text)]})
            while self._waiting and self.clock.monotonic() >= self._waiting[0].due:  # in the order in which they came
                due = self._waiting.popleft()
                due.items = [_item(fault) for fault in self._extensions.put(due.name, due.rows, replace=due.replace)]
            return asked

    def _rowset(self, request: Request, name: str) -> Any:
        if not self._extensions.has(name):
            raise Refused(404, {"message": "Not Found", "errorcode": 30003, "documentation": ""})
        page, size = int(request.query.get("$page", 1)), int(request.query.get("$pagesize", 50))
        rows = self.rows(name)
        told = [{"values": row} for row in rows[(page - 1) * size : page * size]]
        return {"page": page, "pageSize": size, "count": len(rows), "items": told}


def _item(fault: RowError | None) -> dict[str, Any]:
    if fault is None:
        return {"message": "", "status": "OK"}
    return {"errorCode": fault.code, "message": str(fault), "status": "Error"}


def _message(code: str, text: str) -> dict[str, str]:
    return {"resultType": "Operational", "resultClass": "Error", "resultCode": code, "message": text}
