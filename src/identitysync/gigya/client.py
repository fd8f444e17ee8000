"""Call Gigya: signed, retried, one answer or one error."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.errors import GigyaError, RemoteUnavailable
from identitysync.gigya.answers import read_answer
from identitysync.gigya.auth import form, key_of, signed_form
from identitysync.gigya.bearer import read_key, token
from identitysync.gigya.data_centers import endpoint, is_gigya
from identitysync.gigya.errors import PAUSES, REFUSED, WRONG_DATA_CENTER, CannotBeSent, error_of
from identitysync.values import Secret, Site, json_bytes
from identitysync.world.http import HttpClient, HttpResponse, NeverSent, retry_after
from identitysync.world.patience import told

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class GigyaClient:
    """Call methods on one site; safe to share between threads.

    Requests are signed: the secret never leaves this process. With a private key, or a bearer token at hand, a token is
    sent instead, as a header.
    """

    def __init__(
        self,
        site: Site,
        http: HttpClient,
        clock: Clock,
        *,
        max_attempts: int | None = None,
        bearer: Secret | None = None,
        private_key: Secret | None = None,
        nonce: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            site: The site, and the key that opens it.
            http: Sends the requests; its patience and jitter rule the pauses between tries.
            clock: Tells the time, which is part of the signature.
            max_attempts: How often a call is tried at most, if not as often as the patience of ``http`` says.
            bearer: A token that takes the signature's place; the site's user key and secret are not used then.
            private_key: The application's RSA key, which makes a token for each request; the secret is not used then.
            nonce: A text that is other each time.

        Raises:
            InvalidParameter: The secret is empty or not base64, or the private key is none.
        """
        self._site, self._http, self._clock, self._nonce = site, http, clock, nonce
        self._max_attempts, self._bearer = max_attempts, bearer
        self._rsa = read_key(private_key) if private_key else None
        self._key = key_of(site.secret) if bearer is None and self._rsa is None else b""
        self._domain = site.data_center

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, repeatable: bool = True) -> dict[str, Any]:
        """Call a method; again after a passing fault, with growing pauses, and not before Gigya asks for it.

        Args:
            method: The method with its namespace, such as ``accounts.search``.
            params: Its parameters: texts, numbers, booleans; objects and lists go as JSON; None is left out. The names
                that the protocol uses (``apiKey``, ``userKey``, ``timestamp``, ``nonce``, ``sig``, ``format``,
                ``httpStatusCodes``) are the client's own.
            repeatable: Whether doing it twice does no harm; else it is tried again only when Gigya has surely not done
                it.

        Returns:
            Gigya's answer. States (2xxxxx) are answers too.

        Raises:
            GigyaError: The answer is an error; ``code`` tells which, ``retryable`` whether a later call may work.
            RemoteUnavailable: There was no answer, or none that makes sense, as often as it was tried.
            RemoteError: Something else than Gigya answered, or a host that cannot be trusted.
            CannotBeSent: A parameter holds something that no request can carry.
            InvalidParameter: There is no such data center, or the address is none.
        """
        plain = _texts(method, params or {})
        tries = self._http.retrying(self._max_attempts)
        domain, followed = self._domain, False
        while True:
            asked_for: float | None = None
            fault: GigyaError | RemoteUnavailable
            try:
                response = self._send(method, plain, domain)
                asked_for = retry_after(response, self._clock)
                answer = read_answer(method, response)
                error = error_of(answer)
                if error is None:
                    return answer
                if error.code == WRONG_DATA_CENTER and not followed and self._moves(answer):
                    domain, followed = self._domain, True
                    continue
                fault, again = error, error.retryable and (repeatable or error.code in REFUSED)
                asked_for = max(asked_for or 0.0, PAUSES.get(error.code, 0.0)) or None
            except RemoteUnavailable as raised:
                fault, again = raised, repeatable or isinstance(raised, NeverSent)
            if not again or not tries.again(asked_for):
                raise told(fault, tries.tried, asked_for)

    def _send(self, method: str, plain: Mapping[str, str], domain: str) -> HttpResponse:
        site = self._site
        url = endpoint(method, domain, site.url)
        sent = {**plain, "apiKey": site.api_key, "format": "json", "httpStatusCodes": "false"}
        bearer = self._token()
        if bearer:
            headers = {**_FORM, "Authorization": f"Bearer {bearer}"}
            return self._http.send("POST", url, body=form(sent), headers=headers)
        sent["userKey"] = site.user_key
        sent["timestamp"] = str(int(self._clock.now().timestamp()))
        sent["nonce"] = self._nonce()
        return self._http.send("POST", url, body=signed_form(url, sent, self._key), headers=_FORM)

    def _token(self) -> str:
        if self._rsa is not None:
            return token(self._rsa, self._site.user_key, self._clock.now(), self._nonce())
        return self._bearer.reveal() if self._bearer is not None else ""

    def _moves(self, answer: Mapping[str, Any]) -> bool:
        """Remember the data center that Gigya names, for all calls from now on.

        An address that was given expressly stays, and a token or signature goes to no domain that is not Gigya's.
        """
        domain = answer.get("apiDomain")
        if self._site.url or not isinstance(domain, str) or not is_gigya(domain):
            return False
        self._domain = domain
        return True


def _texts(method: str, params: Mapping[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in params.items():
        if value is None or name == "sig":
            continue
        try:
            texts[name] = text = _text(value)
            text.encode()
        except ValueError as fault:
            raise CannotBeSent(f"{method}: the parameter {name!r} cannot be sent: {_why(fault)}") from None
    return texts


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_bytes(value).decode()


def _why(fault: ValueError) -> str:
    return "it holds half of a surrogate pair" if isinstance(fault, UnicodeError) else str(fault)
