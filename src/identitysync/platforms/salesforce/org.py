"""Which Salesforce organization a script works on, and who it is there."""

import re
from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.login import TokenLogin
from identitysync.platforms.salesforce.meaning import judge
from identitysync.platforms.salesforce.soap import judge_login, log_in
from identitysync.platforms.tokens import Tokens
from identitysync.values import Secret

API_VERSION: Final = "64.0"
"""The version of all APIs: the last one in which Salesforce offers the SOAP login."""

_PATH: Final = "/services/Soap/u/"
_PRODUCTION: Final = f"https://login.salesforce.com{_PATH}{API_VERSION}"
_ENDPOINT: Final = re.compile(r"(https?://[^/?#]+)(?:/services/Soap/u/(\d+(?:\.\d+)?)|)/?", re.IGNORECASE)


def check_endpoint(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is where one signs in; what is left to fill in is not judged here."""
    if text and not _ENDPOINT.fullmatch(text):
        raise InvalidParameter(
            f"a user signs in at https://login.salesforce.com{_PATH}{API_VERSION}, with test.salesforce.com for a"
            f" sandbox or the organization's own domain, and the API's version at its end; found {text!r}"
        )


def check_timeout(seconds: float) -> None:
    """Raise ``InvalidParameter`` unless a job may take so long: Salesforce ends one after a day."""
    if not 1 <= seconds <= 86_400:
        raise InvalidParameter(f"a job may take 1 to 86400 seconds; found {seconds:g}")


@entry
class SalesforceParams:
    """The parameters that reader and writer share."""

    username: str = param(doc="The user that the organization keeps for this.", example="sync@example.com")
    password: Secret = param(doc="The user's password.", example="${env:SALESFORCE_PASSWORD}", secret=True)
    token: Secret | None = param(
        default=None,
        doc="The user's security token; none for a user who comes from a network that the organization trusts.",
        example="${env:SALESFORCE_TOKEN}",
        secret=True,
    )
    auth_endpoint: str = param(
        default=_PRODUCTION,
        doc="Where the user signs in: `test.salesforce.com` for a sandbox, or the organization's own domain. At its"
        " end stands the version of the SOAP API, 31.0 to 64.0.",
        example=f"https://test.salesforce.com{_PATH}{API_VERSION}",
        check=check_endpoint,
    )
    timeout: float = param(
        default=3600.0, doc="Seconds that one job may take; then it is aborted.", example=7200, text=True,
        check=check_timeout,
    )  # fmt: skip


def salesforce_api(params: SalesforceParams, connection: PlatformConnection) -> Api:
    """Prepare calls of the organization's REST APIs; nothing is sent yet.

    Args:
        params: Which organization, and who signs in.
        connection: Carries the calls.

    Raises:
        InvalidParameter: The endpoint is none.
    """
    check_endpoint(params.auth_endpoint)
    http, clock = connection.http, connection.clock
    matched = _ENDPOINT.fullmatch(params.auth_endpoint or _PRODUCTION)
    host, version = matched.groups() if matched else ("", "")
    endpoint = Api("Salesforce", f"{host}{_PATH}{version or API_VERSION}", http, clock, judge=judge_login)
    token = params.token or Secret("")
    tokens = Tokens(lambda: log_in(endpoint, params.username, params.password, token), clock)
    return Api("Salesforce", host, http, clock, login=TokenLogin(tokens), judge=judge)
