"""Which Salesforce organization a script works on, and who it is there."""

import re
from collections.abc import Iterator
from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import IdentitySyncError, InvalidParameter, LeftOpen
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.login import TokenLogin
from identitysync.platforms.oauth import by_token
from identitysync.platforms.salesforce.client_credentials import TOKEN_PATH, sign_in
from identitysync.platforms.salesforce.meaning import judge
from identitysync.platforms.salesforce.soap import judge_login, log_in
from identitysync.platforms.tokens import Tokens
from identitysync.values import Secret

API_VERSION: Final = "64.0"
"""The version of all APIs: the last one in which Salesforce offers the SOAP login."""

_PATH: Final = "/services/Soap/u/"
_PRODUCTION: Final = f"https://login.salesforce.com{_PATH}{API_VERSION}"
_ENDPOINT: Final = re.compile(rf"(https?://[^/?#]+)(?:{_PATH}(\d+(?:\.\d+)?)|{TOKEN_PATH}|)/?", re.IGNORECASE)
_FOR_ALL: Final = re.compile(r"https?://(?:login|test)\.salesforce\.com(?![\w.-])", re.IGNORECASE)


def check_endpoint(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is where one signs in; what is left to fill in is not judged here."""
    if text and not _ENDPOINT.fullmatch(text):
        raise InvalidParameter(
            f"a user signs in at https://login.salesforce.com{_PATH}{API_VERSION}, with test.salesforce.com for a"
            " sandbox or the organization's own domain, and the API's version at its end; an application at the"
            f" organization's own domain; found {text!r}"
        )


def check_timeout(seconds: float) -> None:
    """Raise ``InvalidParameter`` unless a job may take so long: Salesforce ends one after a day."""
    if not 1 <= seconds <= 86_400:
        raise InvalidParameter(f"a job may take 1 to 86400 seconds; found {seconds:g}")


@entry
class SalesforceParams:
    """The parameters that reader and writer share."""

    username: str | None = param(
        default=None, doc="The user that the organization keeps for this; none where an application signs in.",
        example="sync@example.com",
    )  # fmt: skip
    password: Secret | None = param(
        default=None, doc="The user's password.", example="${env:SALESFORCE_PASSWORD}", secret=True
    )
    token: Secret | None = param(
        default=None,
        doc="The user's security token; none for a user who comes from a network that the organization trusts.",
        example="${env:SALESFORCE_TOKEN}",
        secret=True,
    )
    client_id: str = param(
        default="",
        doc="The consumer key of an application that signs in by OAuth 2.0 (client credentials) in the user's place.",
        example="3MVG9…",
    )
    client_secret: Secret | None = param(
        default=None, doc="Its consumer secret.", example="${env:SALESFORCE_CLIENT_SECRET}", secret=True
    )
    auth_endpoint: str = param(
        default=_PRODUCTION,
        doc="Where the user signs in: `test.salesforce.com` for a sandbox, or the organization's own domain. At its"
        " end stands the version of the SOAP API, 31.0 to 64.0. An application signs in at the organization's own"
        " domain alone, such as `https://example.my.salesforce.com`.",
        example=f"https://test.salesforce.com{_PATH}{API_VERSION}",
        check=check_endpoint,
    )
    timeout: float = param(
        default=3600.0, doc="Seconds that one job may take; then it is aborted.", example=7200, text=True,
        check=check_timeout,
    )  # fmt: skip

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Refuse a login that lacks a part, or cannot be made where it shall be."""
        if self.client_id or self.client_secret:
            if not self.client_id:
                yield "clientId", InvalidParameter("an application signs in with clientId and clientSecret")
            if not self.client_secret:
                yield "clientSecret", InvalidParameter("an application signs in with clientId and clientSecret")
            if _FOR_ALL.match(self.auth_endpoint or _PRODUCTION):
                yield (
                    "authEndpoint",
                    InvalidParameter(
                        "an application signs in at the organization's own domain, such as"
                        f" https://example.my.salesforce.com; found {self.auth_endpoint!r}"
                    ),
                )
            return
        either = "a user signs in with username and password, an application with clientId and clientSecret"
        for name, given in (("username", self.username), ("password", self.password)):
            if given is None:
                yield name, InvalidParameter(either)
            elif not (given.reveal() if isinstance(given, Secret) else given).strip("."):  # so templates have it
                yield name, LeftOpen(f"{name!r} is left to fill in; {either}")


def salesforce_api(params: SalesforceParams, connection: PlatformConnection) -> Api:
    """Prepare calls of the organization's REST APIs; nothing is sent yet.

    Args:
        params: Which organization, and who signs in.
        connection: Carries the calls.

    Raises:
        InvalidParameter: The endpoint is none, or a part of the login is missing.
    """
    check_endpoint(params.auth_endpoint)
    for _, fault in params.examine():
        raise fault
    http, clock = connection.http, connection.clock
    matched = _ENDPOINT.fullmatch(params.auth_endpoint or _PRODUCTION)
    host, version = matched.groups() if matched else ("", "")
    none = Secret("")
    if params.client_id:
        domain = Api("Salesforce", host, http, clock, judge=by_token)
        tokens = Tokens(lambda: sign_in(domain, params.client_id, params.client_secret or none), clock)
    else:
        endpoint = Api("Salesforce", f"{host}{_PATH}{version or API_VERSION}", http, clock, judge=judge_login)
        password, token = params.password or none, params.token or none
        tokens = Tokens(lambda: log_in(endpoint, params.username or "", password, token), clock)
    return Api("Salesforce", host, http, clock, login=TokenLogin(tokens), judge=judge)
