"""The emulator itself: sites, a gate, methods, and bad days."""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import attrs

from identitysync.contract import Clock
from identitysync.errors import InvalidParameter
from identitysync.gigya.data_centers import HOSTS
from identitysync.testing.gigya import challenges, data_store, writes
from identitysync.testing.gigya.answers import ApiError, envelope, written
from identitysync.testing.gigya.changes import Params
from identitysync.testing.gigya.faults import FaultKind, Faults
from identitysync.testing.gigya.pace import Pace
from identitysync.testing.gigya.requests import Gate, Request, read_request
from identitysync.testing.gigya.searches import Searches
from identitysync.testing.gigya.site import EmulatedSite
from identitysync.testing.http.faults import HttpFault, misbehave
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.http.server import LoopbackServer, Reply
from identitysync.values import Secret
from identitysync.world import SystemClock

_REMEMBERED: Final = 100_000
_SEARCHES: Final = frozenset({"accounts.search", "audit.search", "comments.search", "ds.search"})
_PLAIN: Final[Mapping[str, Callable[[EmulatedSite, Params], dict[str, Any]]]] = {
    "accounts.getAccountInfo": writes.get_account_info,
    "ds.get": data_store.get,
    "gm.getChallengeStatus": challenges.get_challenge_status,
}
_TIMED: Final[Mapping[str, Callable[[EmulatedSite, Params, datetime], dict[str, Any]]]] = {
    "ds.delete": data_store.delete,
    "ds.store": data_store.store,
}


@attrs.frozen
class Call:
    """A call that was answered.

    Attributes:
        method: The method.
        api_key: The site.
        error_code: 0 when it went well.
    """

    method: str
    api_key: str
    error_code: int


class GigyaEmulator:
    """Play Gigya on this machine; use it in a ``with`` block, or with ``start`` and ``stop``.

    Attributes:
        faults: What shall go wrong.
        calls: The last calls that were answered.
    """

    def __init__(
        self,
        api_key: str = "3_emulated",
        user_key: str = "AKemulated",
        secret: str = "c2VjcmV0LW9mLXRoZS1lbXVsYXRvcg==",  # noqa: S107 - a made-up secret of a made-up site
        accounts: Iterable[dict[str, Any]] = (),
        *,
        data_center: str = "us1",
        faults: Faults | None = None,
        refuse_email: Refuse = None,
        bearers: Iterable[str] = (),
        public_key: str = "",
        clock: Clock | None = None,
        path: str | Path | None = None,
        port: int = 0,
        latency: float = 0.0,
        deletes_are_mailed: bool = False,
    ) -> None:
        """Make the first site; nothing is answered before ``start``.

        Args:
            api_key: The first site's API key.
            user_key: The user key that opens the sites.
            secret: That key's secret, in base64.
            accounts: The first site's accounts.
            data_center: The data center that is played.
            faults: What shall go wrong; None for nothing so far.
            refuse_email: E-mail addresses that are refused: a regular expression, or a function.
            bearers: Tokens that are accepted instead of a signature.
            public_key: The application's RSA key in PEM form, whose tokens are accepted instead of a signature.
            clock: Tells the time.
            path: A folder for the sites' SQLite files; None keeps everything in memory.
            port: The port; 0 for any that is free.
            latency: Seconds that every answer takes at least, as over a network.
            deletes_are_mailed: Whether the sites mail users whose account is deleted: such sites refuse to delete
                accounts in bulk, with an "Invalid policy configuration".
        """
        self._latency, self._deletes_are_mailed = latency, deletes_are_mailed
        self._user_key, self._secret, self._data_center = user_key, secret, data_center
        self._clock = clock or SystemClock()
        self._folder = None if path is None else Path(path)
        self._refuses = refuser(refuse_email)
        self._gate, self._searches, self._pace = Gate(bearers, public_key), Searches(), Pace()
        self._sites: dict[str, EmulatedSite] = {}
        self._server = LoopbackServer(self._handle, port)
        self.faults = faults or Faults()
        self.calls: deque[Call] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()
        self._first = self.add_site(api_key, accounts)

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def site(self) -> EmulatedSite:
        """The first site, ready to be handed to ``run(site=…)``."""
        return self._first

    @property
    def accounts(self) -> Iterable[dict[str, Any]]:
        """The first site's accounts."""
        return self._first.accounts

    def account(self, uid: str) -> dict[str, Any] | None:
        """Give one account of the first site, or None."""
        return self._first.account(uid)

    def add_site(
        self,
        api_key: str,
        accounts: Iterable[dict[str, Any]] = (),
        *,
        user_key: str | None = None,
        secret: str | None = None,
    ) -> EmulatedSite:
        """Make another site.

        Args:
            api_key: Its API key.
            accounts: Its accounts.
            user_key: The user key that opens it; the first site's by default.
            secret: That key's secret.

        Returns:
            The site, ready to be handed to ``run(site=…)``.

        Raises:
            InvalidParameter: There is such a site already, or the secret is no base64.
        """
        if api_key in self._sites:
            raise InvalidParameter(f"the emulator has a site {api_key} already; each site has an API key of its own")
        path = None if self._folder is None else self._folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', api_key)}.db"
        site = EmulatedSite(
            api_key, user_key or self._user_key, Secret(secret or self._secret), self._data_center, self.url, path=path
        )
        site.add_accounts(accounts)
        self._sites[api_key] = site
        return site

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop to answer."""
        self._server.stop()
        for site in self._sites.values():
            site.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Gigya emulator at {self.url}: {', '.join(self._sites)}>"

    def _handle(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        began = self._clock.monotonic()
        reply = self._answered(verb, target, headers, body)
        left = self._latency - (self._clock.monotonic() - began)
        if left > 0:
            self._clock.sleep(left)
        return reply

    def _answered(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if verb not in {"GET", "POST"}:
            return Reply(b"the emulator answers GET and POST", 405, "text/plain")
        request = read_request(verb, target, headers, body)
        never = () if "cursorId" in request.params else (FaultKind.EXPIRED_CURSOR,)
        fault = self.faults.take(request.method, never=never)
        if fault is not None:
            reply = self._misbehave(request, *fault)
            if reply is not None:
                return reply
        return self._reply(request, self._result(request))

    def _result(self, request: Request) -> dict[str, Any] | ApiError:
        try:
            return self._answer(request)
        except ApiError as refused:
            return refused
        except Exception as fault:  # noqa: BLE001 - a fault of the emulator is an answer, too, not a broken connection
            return ApiError(500001, f"the emulator failed with {type(fault).__name__}: {fault}")

    def _reply(self, request: Request, result: dict[str, Any] | ApiError) -> Reply:
        answer = envelope(self._clock.now(), result, request.params.get("context"))
        self.calls.append(Call(request.method, request.params.get("apiKey", ""), answer["errorCode"]))
        wants_status = request.params.get("httpStatusCodes", "").lower() == "true"
        return Reply(written(answer), answer["statusCode"] if wants_status else 200)

    def _answer(self, request: Request) -> dict[str, Any]:
        now = self._clock.now()
        site = self._site_of(request)
        self._gate.check(request, site, now)
        method, params = request.method, request.params
        if method in _SEARCHES:
            return self._searches.search(site, method, params, now)
        if method in _PLAIN:
            return _PLAIN[method](site, params)
        if method in _TIMED:
            return _TIMED[method](site, params, now)
        match method:
            case "accounts.setAccountInfo":
                return writes.set_account_info(site, params, now, self._refuses)
            case "accounts.importFullAccount":
                return writes.import_full_account(site, params, now, self._refuses, self._pace)
            case "accounts.importLiteAccount":
                return writes.import_lite_account(site, params, now, self._refuses)
            case "accounts.deleteAccount":
                if self._deletes_are_mailed:
                    raise ApiError(400006, "Invalid policy configuration")
                return writes.delete_account(site, params)
        raise ApiError(405001, f"there is no method {method}")

    def _site_of(self, request: Request) -> EmulatedSite:
        api_key = request.params.get("apiKey", "")
        if not api_key:
            raise ApiError(400002, "Missing required parameter: apiKey")
        site = self._sites.get(api_key)
        if site is None:
            raise ApiError(400093, f"there is no site {api_key}")
        if request.data_center not in {"", site.data_center.lower()}:
            domain = HOSTS.get(site.data_center.lower(), site.data_center)
            raise ApiError(301001, f"the site {api_key} lives in {domain}", apiDomain=domain)
        return site

    def _misbehave(self, request: Request, kind: FaultKind, seconds: float) -> Reply | None:
        match kind:
            case FaultKind.RATE_LIMIT:
                return self._reply(request, ApiError(403048))
            case FaultKind.ERROR_500:
                return self._reply(request, ApiError(500001))
            case FaultKind.EXPIRED_CURSOR:
                self._searches.forget(request.params["cursorId"])
                return None
        return misbehave(HttpFault(kind), seconds, self._clock)
