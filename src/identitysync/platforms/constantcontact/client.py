"""A client of Constant Contact's V3 API.

It follows the vendor's pages at https://developer.constantcontact.com/api_guide/: ``v3_technical_overview.html``,
``auth_overview.html``, ``server_flow.html`` (tokens), ``rate_limits.html``, ``glossary_responses.html`` (errors).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from identitysync.contract import Clock, Services
from identitysync.errors import AuthenticationFailed, InvalidParameter, PlatformError
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.constantcontact.params import ConstantContactParams
from identitysync.platforms.generic import Auth, AuthKind, login_for
from identitysync.platforms.login import ApiKeyLogin, Login
from identitysync.platforms.meaning import Judge, Kind, Refusal, by_status
from identitysync.platforms.pace import Pace
from identitysync.values import Secret
from identitysync.world import HttpResponse

_FIELDS_PAGE: Final = 100


class ConstantContact(PlatformConnection):
    """Call Constant Contact; safe to share between threads."""

    def __init__(self, params: ConstantContactParams, services: Services, *, connections: int = 1) -> None:
        """Prepare; nothing is sent yet.

        Args:
            params: Who calls, and how fast.
            services: The run's clock.
            connections: How many calls at most are under way at once.
        """
        super().__init__(services, connections=connections)
        self._api = Api(
            "Constant Contact", params.url, self.http, self.clock, login=self._login(params),
            judge=judge_for(self.clock), pace=Pace(self.clock, params.calls_per_second),
        )  # fmt: skip
        self._by_access_token = not params.refresh_token

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, expect: str = "") -> Any:
        """Ask for something.

        Args:
            path: The path, or a link that the API gave.
            query: The query.
            expect: A name that the answer has.

        Returns:
            What is answered.
        """
        if not path.startswith("/"):
            raise PlatformError(
                "Constant Contact", "it names the next page by no path of its own, which is not read", code="link"
            )
        return self._call("GET", path, query=query, expect=expect).json()

    def post(self, path: str, body: Any, *, expect: str = "") -> Any:
        """Write something that may be written twice: contacts are told apart by their addresses.

        Args:
            path: The path.
            body: What is written.
            expect: A name that the answer has.

        Returns:
            What is answered.
        """
        return self._call("POST", path, json=body, repeatable=True, expect=expect).json()

    def custom_fields(self) -> dict[str, str]:
        """Give the names of the account's custom fields by their ids."""
        names: dict[str, str] = {}
        page = self.get("/v3/contact_custom_fields", {"limit": _FIELDS_PAGE})
        while True:
            names |= {each["custom_field_id"]: each["name"] for each in page.get("custom_fields") or []}
            link = next_of(page)
            if not link:
                return names
            page = self.get(link)

    def list_ids(self, given: list[str]) -> list[str]:
        """Turn ids of lists of the V2 API, which are numbers, into those of the V3 API; others stay.

        Args:
            given: The ids.

        Returns:
            The ids of the V3 API.

        Raises:
            InvalidParameter: There is no list of that number.
        """
        numbers = [each for each in given if each.isdecimal()]
        if not numbers:
            return given
        answer = self.get("/v3/contact_lists/list_id_xrefs", {"sequence_ids": ",".join(numbers)})
        known = {str(each["sequence_id"]): str(each["list_id"]) for each in answer.get("xrefs") or []}
        if lost := [each for each in numbers if each not in known]:
            raise InvalidParameter(
                f"listId: the account has no list with the V2 number {', '.join(lost)}; lists have ids like"
                " 9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304 now, which stand in the address bar on a list's page"
            )
        return [known.get(each, each) for each in given]

    def _call(self, method: str, path: str, **options: Any) -> HttpResponse:
        try:
            return self._api.call(method, path, **options)
        except AuthenticationFailed as fault:
            if self._by_access_token:
                fault.add_note(
                    "an access token lasts a day, and one of the V2 API, which is retired, opens nothing in the V3 API:"
                    " register the application for V3, and give apiKey, clientSecret and refreshToken"
                )
            raise

    def _login(self, params: ConstantContactParams) -> Login:
        if not params.refresh_token:
            return ApiKeyLogin("Authorization", params.access_token or Secret(""), scheme="Bearer")
        auth = Auth(
            kind=AuthKind.OAUTH2, token_url=params.token_url, client_id=params.api_key,
            client_secret=params.client_secret, refresh_token=params.refresh_token,
        )  # fmt: skip
        return login_for(auth, self.http, self.clock)


def next_of(page: Mapping[str, Any]) -> str:
    """Give the link from a page to the next one, or nothing."""
    link = ((page.get("_links") or {}).get("next") or {}).get("href")
    return link if isinstance(link, str) else ""


def judge_for(clock: Clock) -> Judge:
    """Make the judge of answers.

    Errors are ``[{"error_key", "error_message"}]``, or one such object. There is no ``Retry-After``: whoever calls too
    often waits a second, and whose quota of the day is used up until midnight (UTC).

    Args:
        clock: Tells how long that is.
    """

    def judge(answer: HttpResponse) -> Refusal | None:
        refusal = by_status(answer)
        if refusal is None:
            try:
                return None if isinstance(answer.json(), dict) else Refusal(Kind.PASSING, "no object", "no-json")
            except ValueError:
                return Refusal(Kind.PASSING, "the answer is no JSON", "no-json")
        key, message = _told(answer)
        kind, pause = refusal.kind, refusal.pause
        if kind is Kind.BUSY:
            pause = _until_midnight(clock.now()) if key == "quota_exceeded" else 1.0
        return Refusal(kind, message or refusal.message, key, pause)

    return judge


def _told(answer: HttpResponse) -> tuple[str, str]:
    try:
        given = answer.json()
    except ValueError:
        return "", ""
    errors = [each for each in (given if isinstance(given, list) else [given]) if isinstance(each, dict)]
    texts = [str(each["error_message"]) for each in errors if each.get("error_message")]
    return str(errors[0].get("error_key") or "") if errors else "", "; ".join(texts)


def _until_midnight(now: datetime) -> float:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1) - now).total_seconds()
