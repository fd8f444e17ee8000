"""One platform's HTTP API: who calls, what an answer means, and when to call again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from identitysync.contract import Clock
from identitysync.errors import AuthenticationFailed, PlatformError, RemoteUnavailable
from identitysync.platforms.login import Login, NoLogin, Shown
from identitysync.platforms.meaning import Judge, Kind, Refusal, beginning, by_status
from identitysync.platforms.pace import Pace
from identitysync.values import json_bytes
from identitysync.world import HttpClient, HttpResponse, NeverSent, retry_after
from identitysync.world.patience import told

_REPEATABLE = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT"})


class Api:
    """Call one platform; safe to share between threads."""

    def __init__(
        self,
        platform: str,
        url: str,
        http: HttpClient,
        clock: Clock,
        *,
        login: Login | None = None,
        judge: Judge = by_status,
        pace: Pace | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            platform: The platform's name, for the text of errors.
            url: The address below which all paths are.
            http: Sends the requests; its patience rules how long a call is tried.
            clock: Tells and passes the time.
            login: Shows who calls; nobody by default.
            judge: Tells what an answer means.
            pace: When calls may go out; whenever by default.
        """
        self.platform, self._url, self._http, self._clock = platform, url.rstrip("/"), http, clock
        self._login, self._judge = login or NoLogin(), judge
        self._pace = pace or Pace(clock)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        expect: str = "",
    ) -> HttpResponse:
        """Call, and again where that does no harm: after a passing fault, not before the platform asks for it.

        Args:
            method: ``GET``, ``POST`` and so on.
            path: What follows the address, with its leading ``/``; a whole address is taken as it is, which is for
                links that the platform itself gave: the login is shown there, too.
            query: The query; None values are left out.
            json: A body to be written as JSON.
            form: A body to be written as a form.
            body: A body as it is; its type stands in ``headers``.
            headers: More headers.
            repeatable: Whether doing it twice does no harm; by default so for ``GET``, ``HEAD``, ``OPTIONS``, ``PUT``
                and ``DELETE``. All else is called again only when it was surely not done.
            expect: A name that the answer's JSON has; without it, something else answered than the platform, which is a
                passing fault.

        Returns:
            The answer, which the judge found fine.

        Raises:
            PlatformError: The platform refuses the call for good.
            AuthenticationFailed: It refuses the credentials.
            RemoteUnavailable: The fault did not pass; ``NeverSent`` when nothing was done for certain.
            RemoteError: The host cannot be trusted, or the answer is too large.
            InvalidParameter: The address or a header is none.
        """
        safe = method in _REPEATABLE if repeatable is None else repeatable
        content, kinds = _written(json, form, body)
        tries, renewed = self._http.retrying(), False
        while True:
            shown = self._shown()
            asked_for: float | None = None
            fault: RemoteUnavailable
            self._pace.wait()
            try:
                url = self._address(path, {**(query or {}), **shown.query}, shown.token.url if shown.token else "")
                all_headers = {**kinds, **shown.headers, **(headers or {})}
                answer = self._http.send(method, url, body=content, headers=all_headers)
            except RemoteUnavailable as raised:
                fault, again = raised, safe or isinstance(raised, NeverSent)
            else:
                refusal = self._judge(answer) or _lacking(answer, expect)
                if refusal is None:
                    return answer
                if refusal.kind is Kind.EXPIRED and not renewed and self._login.renew(shown):
                    renewed = True
                    continue
                self._raise_for_good(refusal, answer)
                let_in = refusal.kind is not Kind.BUSY
                kind = RemoteUnavailable if let_in else NeverSent
                fault = kind(f"{self.platform} answered {refusal.code or answer.status}: {refusal.message}")
                again = safe or not let_in
                asked_for = max(retry_after(answer, self._clock) or 0.0, refusal.pause or 0.0) or None
                if asked_for and not let_in and asked_for <= self._http.patience.total:
                    self._pace.hold(asked_for)  # a longer one is waited for by nobody: each call fails by itself
            if not again or not tries.again(asked_for):
                raise told(fault, tries.tried, asked_for)
            renewed = False

    def _shown(self) -> Shown:
        try:
            return self._login.show()
        except NeverSent:
            raise
        except RemoteUnavailable as fault:  # whoever cannot sign in has not called yet
            raise NeverSent(str(fault)) from fault

    def _raise_for_good(self, refusal: Refusal, answer: HttpResponse) -> None:
        code = refusal.code or str(answer.status)
        if refusal.kind in {Kind.EXPIRED, Kind.DENIED}:
            raise AuthenticationFailed(
                f"{self.platform} does not accept the credentials ({code}): {refusal.message}; check them, and what"
                " they are allowed to do"
            )
        if refusal.kind is Kind.FINAL:
            raise PlatformError(self.platform, refusal.message, code=code, status=answer.status)

    def _address(self, path: str, query: Mapping[str, Any], url: str) -> str:
        whole = path if path.lower().startswith(("https://", "http://")) else f"{url.rstrip('/') or self._url}{path}"
        given = {name: value for name, value in query.items() if value is not None}
        if not given:
            return whole
        return f"{whole}{'&' if '?' in whole else '?'}{urlencode(given, doseq=True)}"


def _written(json: Any, form: Mapping[str, str] | None, body: bytes | None) -> tuple[bytes | None, dict[str, str]]:
    if json is not None:
        return json_bytes(json), {"Content-Type": "application/json"}
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return body, {}


def _lacking(answer: HttpResponse, name: str) -> Refusal | None:
    if not name:
        return None
    try:
        answer.json()[name]
    except (LookupError, TypeError, ValueError):
        return Refusal(Kind.PASSING, f"an answer without {name!r}: {beginning(answer)}")
    return None
