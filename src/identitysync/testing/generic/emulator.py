"""A small REST store of no vendor: any collection, each way to sign in, each way to page, batches with results.

It follows the standards that APIs of this kind share: HTTP (RFC 9110), ``Retry-After``,
Basic (RFC 7617) and Bearer (RFC 6750) authentication, OAuth 2 grants (RFC 6749), links in headers (RFC 8288), and
the draft of the ``Idempotency-Key`` header (draft-ietf-httpapi-idempotency-key-header).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from identitysync.testing.generic.doors import Doors
from identitysync.testing.generic.forms import body_of
from identitysync.testing.http import Emulator, Refused, Reply, Request, Routes, reply
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.values import json_value, text_of

_REMEMBERED: Final = 100_000
_PAGE: Final = 100
_LARGEST: Final = 1000


class HttpEmulator(Emulator):
    """Play a REST store: ``/{collection}``, ``/{collection}/{key}``, ``/{collection}/batch``, ``/oauth/token``.

    Whoever shows one of the credentials that it was given is let in; without any, everybody is.

    ``GET /{collection}`` pages in every way at once: it takes ``page`` (from 1) and ``per_page``, ``offset`` and
    ``limit``, or ``cursor``, and answers ``{"data": [...], "paging": {"cursor", "next", "more"}}`` with a ``Link``
    header; ``Accept: application/x-ndjson`` gets an object on each line. ``updated_after`` is a filter. ``POST
    /{collection}/search`` takes the same in a JSON body.

    ``POST /{collection}`` makes or changes a record, told apart by ``key_field``, from JSON, a form or XML; ``PUT``,
    ``PATCH``, ``GET`` and ``DELETE`` on ``/{collection}/{key}`` do what they say. ``POST /{collection}/batch`` takes a
    list, or one below ``records``, and answers ``{"results": [{"key", "ok", "error": {"code", "message"}}], "errors":
    [{"index", "key", "message"}]}``.
    """

    platform: ClassVar[str] = "HTTP"

    def __init__(
        self,
        *,
        key_field: str = "email",
        username: str = "",
        password: str = "",
        token: str = "",
        api_key: str = "",
        api_key_name: str = "X-Api-Key",
        signing_key: str = "",
        client_id: str = "",
        client_secret: str = "",
        refresh_token: str = "",
        token_lifetime: float = 3600.0,
        refuse: Refuse = None,
        **options: Any,
    ) -> None:
        """Prepare; nothing is answered before ``start``.

        Args:
            key_field: The field that tells records apart.
            username: Lets in by HTTP Basic.
            password: Its password.
            token: A bearer token that never ends.
            api_key: A key in the header or query's parameter ``api_key_name``.
            api_key_name: Its name.
            signing_key: Lets in calls with ``X-Signature: sha256=HMAC-SHA256(timestamp.body)`` and ``X-Timestamp``.
            client_id: An OAuth 2 client.
            client_secret: Its secret.
            refresh_token: A refresh token that it may use; each use gives a new one, and ends the old.
            token_lifetime: Seconds that OAuth 2 tokens last.
            refuse: Keys of records that are refused.
            options: What all emulators have: ``faults``, ``limit``, ``latency``, ``clock``, ``path``, ``port``.
        """
        super().__init__(**options)
        self.doors = Doors(
            self.clock, username, password, token, api_key, api_key_name, signing_key, client_id, client_secret,
            refresh_token, token_lifetime,
        )  # fmt: skip
        self._key_field, self._refuses = key_field, refuser(refuse)
        self._done: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._routes = Routes(
            {
                "POST /oauth/token": self.doors.token,
                "POST /{collection}/batch": self._batch,
                "POST /{collection}/search": lambda request, name: self._list(request, name, body_of(request)),
                "GET /{collection}": lambda request, name: self._list(request, name, request.query),
                "POST /{collection}": self._post,
                "GET /{collection}/{key}": self._get,
                "PUT /{collection}/{key}": self._put,
                "PATCH /{collection}/{key}": self._put,
                "DELETE /{collection}/{key}": self._delete,
            },
            unknown={"error": {"code": "unknown-path", "message": "there is nothing here"}},
        )

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if request.path != "/oauth/token":
            self.doors.open(request)
        key = request.headers.get("idempotency-key", "")
        if not key:
            return self._routes.answer(request)
        with self._lock:
            if key not in self._done:
                self._done[key] = self._routes.answer(request)
                if len(self._done) > _REMEMBERED:
                    self._done.popitem(last=False)
            return self._done[key]

    def put(self, collection: str, records: Iterable[dict[str, Any]]) -> None:
        """Put records into a collection, as by ``POST``.

        Args:
            collection: The collection.
            records: The records, each with its key.
        """
        moment = f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}"
        named = ((text_of(each[self._key_field]), {"updated_at": moment, **each}) for each in records)
        self.documents.add(collection, named)

    def records(self, collection: str) -> list[dict[str, Any]]:
        """Give all records of a collection, in the order in which they came."""
        return [each for _, each in self.documents.documents(self.documents.numbers(collection))]

    def count(self, collection: str) -> int:
        """Tell how many records a collection has."""
        return len(self.documents.numbers(collection))

    def _list(self, request: Request, collection: str, given: Any) -> Any:
        size = min(_number(given, "per_page", _number(given, "limit", _PAGE)), _LARGEST)
        numbers = self.documents.numbers(collection)
        after = str(given.get("updated_after") or "")
        cursor = str(given.get("cursor") or "")
        begin = (_number(given, "page", 1) - 1) * size if given.get("page") else _number(given, "offset", 0)
        if cursor:
            if not cursor.startswith("c") or not cursor[1:].isdecimal():
                raise Refused(400, _error("cursor", "there is no such cursor"))
            begin = int(cursor[1:])
        if after:
            kept = [each for each in self.documents.documents(numbers) if each[1].get("updated_at", "") >= after]
            found = [each for _, each in kept]
            total, page = len(found), found[begin : begin + size]
        else:
            total, page = len(numbers), [each for _, each in self.documents.documents(numbers[begin : begin + size])]
        end = begin + size
        asked = dict(request.query) | {"cursor": f"c{end}"}
        link = f"{self.url}{quote(request.path)}?{urlencode(asked)}" if end < total else ""
        headers = {"Link": f'<{self.url}{quote(request.path)}>; rel="first", <{link}>; rel="next"'} if link else {}
        if "ndjson" in request.headers.get("accept", ""):
            lines = b"".join(reply(each).body + b"\n" for each in page)
            return Reply(lines, content_type="application/x-ndjson", headers=headers)
        paging = {"cursor": f"c{end}" if link else None, "next": link or None, "more": bool(link)}
        return reply({"data": page, "paging": paging}, headers=headers)

    def _post(self, request: Request, collection: str) -> Any:
        record = body_of(request)
        key = self._key(record)
        return reply(self._write(collection, [(key, record)])[key], 201)

    def _put(self, request: Request, collection: str, key: str) -> Any:
        record = {**body_of(request), self._key_field: key}
        return self._write(collection, [(self._key(record), record)])[key]

    def _get(self, _: Request, collection: str, key: str) -> Any:
        found = self.documents.get(collection, key)
        if found is None:
            raise Refused(404, _error("unknown", f"there is no {key!r}"))
        return found

    def _delete(self, _: Request, collection: str, key: str) -> Any:
        if self._refuses(key):
            raise Refused(422, _error("refused", f"{key} is refused"))
        if not self.documents.delete(collection, key):
            raise Refused(404, _error("unknown", f"there is no {key!r}"))
        return reply(None, 204)

    def _batch(self, request: Request, collection: str) -> Any:
        content = body_of(request)
        records = content.get("records") if isinstance(content, dict) else content
        if not isinstance(records, list) or len(records) > _LARGEST:
            raise Refused(400, _error("batch", f"a batch is a list of at most {_LARGEST} records"))
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        taken: list[tuple[str, dict[str, Any]]] = []
        for index, record in enumerate(records):
            try:
                key = self._key(record)
            except Refused as fault:
                error, named = json_value(fault.reply.body)["error"], text_of(_field(record, self._key_field))
                results.append({"key": named, "ok": False, "error": error})
                errors.append({"index": index, "key": named, "message": error["message"]})
            else:
                taken.append((key, record))
                results.append({"key": key, "ok": True})
        self._write(collection, taken)
        return {"results": results, "errors": errors}

    def _key(self, record: Any) -> str:
        key = text_of(_field(record, self._key_field))
        if not key:
            raise Refused(422, _error("no-key", f"a record is an object with {self._key_field}"))
        if self._refuses(key):
            raise Refused(422, _error("refused", f"{key} is refused"))
        return key

    def _write(self, collection: str, records: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        """Change records, or make them, all at once; give them by their keys."""
        moment = {"updated_at": f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}"}
        made: dict[str, Any] = {}
        with self.documents.locked():
            for key, record in records:
                made[key] = {**(made.get(key) or self.documents.get(collection, key) or {}), **record, **moment}
            self.documents.add(collection, made.items())
        return made


def _field(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, dict) else None


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _number(given: Any, name: str, default: int) -> int:
    text = str(given.get(name) or "")
    if text and not text.isdecimal():
        raise Refused(400, _error("number", f"{name} is a number; found {text!r}"))
    return int(text) if text else default
