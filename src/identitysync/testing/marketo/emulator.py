"""The emulator itself: who may call, how often, and which part answers."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from identitysync.testing.http import Emulator, IssuedTokens, Limit, Refused, Reply, Request, Routes
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.marketo.answers import failed, succeeded
from identitysync.testing.marketo.exports import Exports
from identitysync.testing.marketo.fields import LeadFields
from identitysync.testing.marketo.leads import Lead, Leads

_TOKEN: Final = "/identity/oauth/token"  # noqa: S105 - a path
_MOST_LEADS: Final = 300
_MOST_BYTES: Final = 1 << 20
_ACTIONS: Final = frozenset({"createOnly", "createOrUpdate", "updateOnly"})


class MarketoEmulator(Emulator):
    """Play an instance of Marketo; use it in a ``with`` block, or with ``start`` and ``stop``.

    Tokens and their renewal follow https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication.

    Attributes:
        client_id: The client id that opens it.
        client_secret: Its client secret.
        tokens: The tokens that were given out; ``tokens.expire()`` ends them.
        leads: The leads: ``all()``, ``count()``, ``find("email", […])``, ``add([…])``.
        exports: The bulk extracts: ``seconds``, ``fail_next``, ``updates_known``.
        most_at_once: How many calls were under way at once at most.
    """

    platform = "Marketo"

    def __init__(
        self,
        client_id: str = "emulated-client",
        client_secret: str = "emulated-client-secret",  # noqa: S107 - a made-up secret of a made-up instance
        leads: Iterable[Mapping[str, Any]] = (),
        *,
        fields: Mapping[str, str] | None = None,
        refuse: Refuse = None,
        export_seconds: float = 0.0,
        token_lifetime: float = 3600.0,
        daily_calls: int | None = None,
        **options: Any,
    ) -> None:
        """Prepare; nothing is answered before ``start``.

        Args:
            client_id: The client id that opens it.
            client_secret: Its client secret.
            leads: Leads that are there from the beginning, with ``createdAt`` and ``updatedAt`` where they matter.
            fields: Names and data types of custom fields, such as ``{"gigyaUID": "string"}``.
            refuse: E-mail addresses whose leads are skipped: a regular expression, or a function.
            export_seconds: How long a bulk extract takes.
            token_lifetime: Seconds that a token opens the emulator.
            daily_calls: How many calls are answered before the daily quota is reached; None for all.
            options: Those of every emulator: ``faults``, ``latency``, ``clock``, ``path``, ``port``, and ``limit``, by
                default ten calls at once; ``Limit(100, 20, 10)`` plays Marketo's rate, too.
        """
        options.setdefault("limit", Limit(at_once=10))
        super().__init__(**options)
        self.client_id, self.client_secret = client_id, client_secret
        self.tokens = IssuedTokens(self.clock, token_lifetime)
        self._token, self._token_until = "", 0.0
        self._left = daily_calls
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()
        known = LeadFields(fields or {})
        self._fields = known
        self.leads = Leads(self.documents, known, self.clock, refuser(refuse))
        self.leads.add(leads)
        self.exports = Exports(self.leads, known, self.clock, export_seconds)
        job = "/bulk/v1/leads/export/{id}"
        self._routes = Routes({
            "GET /rest/v1/leads/describe.json": lambda _: self._fields.described(),
            "GET /rest/v1/lead/{id}.json": self._lead,
            "GET /rest/v1/leads.json": lambda request: self._find(request.query),
            "POST /rest/v1/leads.json": self._sync,
            "GET /bulk/v1/leads/export.json": self.exports.listed,
            "POST /bulk/v1/leads/export/create.json": self.exports.create,
            f"POST {job}/enqueue.json": self.exports.enqueue,
            f"POST {job}/cancel.json": self.exports.cancel,
            f"GET {job}/status.json": self.exports.status,
            f"GET {job}/file.json": self.exports.file,
        })  # fmt: skip

    def fail(self, code: str, message: str, *, method: str = "", times: int = 1) -> None:
        """Refuse calls as Marketo does, inside an HTTP 200.

        Args:
            code: The code, such as ``606``.
            message: The message.
            method: Verb and path, or how they begin, such as ``POST /rest/v1/leads``; empty for all.
            times: How many calls.
        """
        with self._lock:
            self._planned.append(_Planned(code, message, method, times))

    def too_many(self, seconds: float) -> Reply:
        """Give the answer to a call that is not let in."""
        if seconds == 0:
            return failed("615", "Concurrent access limit reached").reply
        return failed("606", "Max rate limit '100' exceeded with in '20' secs").reply

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if request.path == _TOKEN:
            return self._sign_in(request)
        self._check(request)
        try:
            result = self._routes.answer(request)
        except ValueError:
            raise failed("609", "Invalid JSON") from None
        except Refused as refused:
            if refused.reply.status == 405:
                raise failed("605", "HTTP Method not supported") from None
            if refused.reply.status == 404:
                raise failed("610", "Requested resource not found") from None
            raise
        return result if isinstance(result, Reply) else succeeded(result)

    def _check(self, request: Request) -> None:
        token = request.bearer()
        if not token:
            raise failed("600", "Access token not specified")
        if not self.tokens.opens(token):
            known = self.tokens.knows(token)
            raise failed("602", "Access token expired") if known else failed("601", "Access token invalid")
        with self._lock:
            for planned in self._planned:
                if planned.left and f"{request.verb} {request.path}".startswith(planned.method):
                    planned.left -= 1
                    raise failed(planned.code, planned.message)
            if self._left is not None:
                if self._left == 0:
                    raise failed("607", "Daily API Request Limit reached")
                self._left -= 1
        if len(request.body) > _MOST_BYTES:
            raise Refused(413, b"Request Entity Too Large")

    def _sign_in(self, request: Request) -> dict[str, Any]:
        """Give a token: the same as before, until that is over."""
        given = {**request.query, **request.form()}
        if given.get("client_id") != self.client_id or given.get("client_secret") != self.client_secret:
            told = {"error": "invalid_client", "error_description": "Bad client credentials"}
            raise Refused(401, told)
        if given.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"})
        with self._lock:
            now = self.clock.monotonic()
            if not self.tokens.opens(self._token):
                self._token, self._token_until = self.tokens.issue(), now + self.tokens.lifetime
            left = int(self._token_until - now)
            return {"access_token": self._token, "token_type": "bearer", "expires_in": left, "scope": "api@emulated"}

    def _lead(self, request: Request, id: str) -> list[Lead]:
        lead = self.leads.get(id)
        if lead is None:
            raise failed("1004", f"Lead '{id}' not found")
        return [self.leads.shown(lead, request.query.get("fields", ""))]

    def _find(self, asked: Mapping[str, str]) -> list[Lead]:
        field = asked.get("filterType", "")
        if field not in self._fields.types:
            raise failed("1003", f"Invalid filterType '{field}'")
        values = [each.strip() for each in asked.get("filterValues", "").split(",") if each.strip()]
        found = self.leads.find(field, values[:_MOST_LEADS])
        if len(found) > 1000:
            raise failed("1003", "Too many results match the filter")
        return [self.leads.shown(lead, asked.get("fields", "")) for lead in found[:_MOST_LEADS]]

    def _sync(self, request: Request) -> list[dict[str, Any]]:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind == "application/x-www-form-urlencoded":
            asked = {**request.query, **dict(parse_qsl(request.body.decode()))}
            if asked.get("_method") == "GET":
                return self._find(asked)
        if kind != "application/json":
            raise failed("612", "Invalid Content Type")
        asked = request.json()
        given, action = asked.get("input"), asked.get("action", "createOrUpdate")
        if not isinstance(given, list) or not given:
            raise failed("1002", "Missing value for the required parameter 'input'")
        if len(given) > _MOST_LEADS:
            raise failed("1003", f"Too many leads: {len(given)}, at most {_MOST_LEADS}")
        if action not in _ACTIONS:
            raise failed("1003", f"Invalid action '{action}'")
        lookup = asked.get("lookupField", "email")
        if lookup not in self._fields.types:
            raise failed("1011", f"Field '{lookup}' not supported")
        return self.leads.sync(given, action, lookup)


@attrs.define
class _Planned:
    code: str
    message: str
    method: str
    left: int
