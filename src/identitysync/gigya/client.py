"""Call Gigya: signed, retried, one answer or one error."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.errors import GigyaError, RemoteUnavailable
from identitysync.gigya.auth import base_string, encode, signature
from identitysync.gigya.data_centers import endpoint
from identitysync.gigya.errors import WRONG_DATA_CENTER, error_of
from identitysync.values import Secret, Site, json_bytes
from identitysync.world.http import HttpClient, HttpResponse, retry_after

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class GigyaClient:
    """Call methods on one site; safe to share between threads."""

    def __init__(
        self,
        site: Site,
        http: HttpClient,
        clock: Clock,
        *,
        bearer: Secret | None = None,
        nonce: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            site: The site, and the key that opens it.
            http: Sends the requests.
            clock: Tells the time, which is part of the signature.
            bearer: A token that takes the signature's place.
            nonce: A text that is other each time.
        """
        self._site, self._http, self._clock, self._bearer, self._nonce = site, http, clock, bearer, nonce
        self._domain = ""

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a method; again after a passing fault, with growing pauses, as long as Gigya asks for.

        Args:
            method: The method with its namespace, such as ``accounts.search``.
            params: Its parameters: texts, numbers, booleans; objects and lists go as JSON; None is left out.

        Returns:
            Gigya's answer. States (2xxxxx) are answers too.

        Raises:
            GigyaError: The answer is an error; ``code`` tells which.
            RemoteUnavailable: There was no answer, or none that makes sense, as often as it was tried.
        """
        plain = {name: _text(value) for name, value in (params or {}).items() if value is not None}
        tries = self._http.retrying()
        while True:
            asked_for: float | None = None
            try:
                answer, asked_for = self._once(method, plain)
                error = error_of(answer)
                if error is None:
                    return answer
                if error.code == WRONG_DATA_CENTER and self._follow(answer):
                    continue
                if not error.retryable:
                    raise error
                fault: GigyaError | RemoteUnavailable = error
            except RemoteUnavailable as raised:
                fault = raised
            if not tries.again(asked_for):
                fault.add_note(f"tried {tries.tried} times")
                raise fault

    def _once(self, method: str, params: Mapping[str, str]) -> tuple[dict[str, Any], float | None]:
        site = self._site
        url = endpoint(method, self._domain or site.data_center, site.url)
        sent = {**params, "apiKey": site.api_key, "format": "json", "httpStatusCodes": "false"}
        headers = dict(_FORM)
        if self._bearer is not None:
            headers["Authorization"] = f"Bearer {self._bearer.reveal()}"
        else:
            sent |= {
                "userKey": site.user_key,
                "timestamp": str(int(self._clock.now().timestamp())),
                "nonce": self._nonce(),
            }
            sent["sig"] = signature(site.secret, base_string("POST", url, sent))
        body = "&".join(f"{encode(key)}={encode(value)}" for key, value in sent.items()).encode()
        answer = self._http.send("POST", url, body=body, headers=headers)
        return _read(method, answer), retry_after(answer, self._clock)

    def _follow(self, answer: Mapping[str, Any]) -> bool:
        """Go to the data center that Gigya names, once."""
        domain = answer.get("apiDomain")
        if self._domain or self._site.url or not isinstance(domain, str) or not domain:
            return False
        self._domain = domain
        return True


def _read(method: str, answer: HttpResponse) -> dict[str, Any]:
    try:
        value = answer.json()
    except ValueError as fault:
        raise RemoteUnavailable(f"{method}: the answer (HTTP {answer.status}) is no JSON") from fault
    if not isinstance(value, dict) or "errorCode" not in value:
        raise RemoteUnavailable(f"{method}: the answer (HTTP {answer.status}) is not Gigya's")
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_bytes(value).decode()
