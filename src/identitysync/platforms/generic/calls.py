"""One kind of call, again and again: its address, headers and body filled with values, and signed."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from identitysync.contract import Services
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.generic.login import login_for, signature
from identitysync.platforms.generic.params import CallParams, Method, Retry
from identitysync.platforms.generic.template import (
    BodyFormat,
    Lookup,
    header_template,
    query_template,
    url_template,
)
from identitysync.platforms.meaning import Refusal
from identitysync.platforms.pace import Pace
from identitysync.world import HttpResponse

_TYPES = {
    BodyFormat.JSON: "application/json",
    BodyFormat.FORM: "application/x-www-form-urlencoded",
    BodyFormat.XML: "application/xml",
    BodyFormat.TEXT: "text/plain; charset=utf-8",
}


class GenericCalls(PlatformConnection):
    """Make calls of one kind; safe to share between threads.

    Attributes:
        repeatable: Whether a call does no harm when it is made twice.
        rewritable: Whether another call may write the same again: a key for all tries of one call does not help there.
    """

    def __init__(
        self,
        params: CallParams,
        method: Method,
        body_format: BodyFormat,
        services: Services,
        judge: Callable[[HttpResponse], Refusal | None],
        *,
        connections: int = 1,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            params: Where to, and who calls.
            method: The method.
            body_format: How bodies are written.
            services: The run's clock.
            judge: Tells what an answer means.
            connections: How many calls at most are under way at once.
        """
        super().__init__(services, connections=connections)
        self._auth, self._method, self._body_format = params.auth, method, body_format
        self._url = url_template(params.url)
        self._query = [(each.name, query_template(each.value)) for each in params.query]
        self._headers = [(each.name, header_template(each.value)) for each in params.headers]
        retry = params.retry or Retry()
        self._idempotency = retry.idempotency_header
        safe = method in {Method.GET, Method.PUT, Method.DELETE}
        self.rewritable = safe if retry.repeatable is None else retry.repeatable
        self.repeatable = self.rewritable or (retry.repeatable is None and bool(self._idempotency))
        self.host = urlsplit(params.url).hostname or params.url
        self._api = Api(
            self.host, params.url, self.http, self.clock, login=login_for(params.auth, self.http, self.clock),
            judge=judge, pace=Pace(self.clock, params.calls_per_second),
        )  # fmt: skip

    def address(self, value: Lookup, more: Mapping[str, Any] | None = None) -> str:
        """Fill the address.

        Args:
            value: Gives values by name.
            more: More parameters of the query.

        Returns:
            The whole address.

        Raises:
            RecordRejected: A value cannot stand there.
        """
        url = self._url.fill(value)
        pairs = [(name, template.fill(value)) for name, template in self._query]
        pairs += [(name, str(given)) for name, given in (more or {}).items() if given is not None]
        query = "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in pairs if text)
        return f"{url}{'&' if '?' in url else '?'}{query}" if query else url

    def headers(self, value: Lookup) -> dict[str, str]:
        """Fill the headers.

        Args:
            value: Gives values by name.

        Returns:
            The headers.

        Raises:
            RecordRejected: A value cannot stand there.
        """
        return {name: template.fill(value) for name, template in self._headers}

    def call(self, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpResponse:
        """Make one call.

        Args:
            url: The whole address.
            headers: The headers.
            body: The body.

        Returns:
            The answer, which the judge found fine.

        Raises:
            PlatformError: The call is refused for good.
            AuthenticationFailed: The credentials are refused.
            RemoteUnavailable: The fault did not pass.
        """
        own = dict(headers)
        if body is not None and "content-type" not in {name.lower() for name in own}:
            own["Content-Type"] = _TYPES[self._body_format]
        if self._idempotency:
            own[self._idempotency] = str(uuid.uuid4())
        own |= signature(self._auth, self.clock, self._method, url, body or b"")
        return self._api.call(self._method, url, body=body, headers=own, repeatable=self.repeatable)
