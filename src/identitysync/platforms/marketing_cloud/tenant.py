"""Which tenant of Marketing Cloud a script works on, and how it signs in there.

The login of enhanced packages follows "Access Token for Server-to-Server Integrations", that of legacy packages, which
the original used, "requestToken Reference for Legacy Packages" (developer.salesforce.com, Marketing Cloud).
"""

import re
from functools import partial
from typing import Any, Final

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.api import Api
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.login import TokenLogin
from identitysync.platforms.marketing_cloud.meaning import judge
from identitysync.platforms.oauth import by_token
from identitysync.platforms.tokens import Token, Tokens
from identitysync.values import Secret

_LEGACY_PATH: Final = "/v1/requestToken"
_LEGACY: Final = f"https://auth.exacttargetapis.com{_LEGACY_PATH}"
_LEGACY_REST: Final = "https://www.exacttargetapis.com"
_ADDRESS: Final = re.compile(r"(https?://[^/?#]+)(/v1/requestToken|/v2/token)?/?", re.IGNORECASE)


def check_auth_url(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is where one signs in."""
    if text and not _ADDRESS.fullmatch(text):
        raise InvalidParameter(
            "a package signs in at its Authentication Base URI, such as https://mc….auth.marketingcloudapis.com, a"
            f" legacy package at {_LEGACY}; found {text!r}"
        )


@entry
class MarketingCloudParams:
    """The parameters that name a tenant."""

    client_id: str = param(doc="The client id of the installed package.", example="7a9b…")
    client_secret: Secret = param(doc="Its client secret.", example="${env:MARKETING_CLOUD_SECRET}", secret=True)
    auth_url: str = param(
        default=_LEGACY,
        doc="The package's Authentication Base URI. Without one, a legacy package signs in where the original did.",
        example="https://mc0000000000000000000000.auth.marketingcloudapis.com",
        check=check_auth_url,
    )
    rest_url: str = param(
        default="",
        doc="An address in the place of the one that the login gives.",
        example="https://mc0000000000000000000000.rest.marketingcloudapis.com",
    )
    account_id: int | None = param(
        default=None, doc="The business unit (MID), when it is not the package's own.", example=1234567, text=True
    )


def marketing_cloud_api(params: MarketingCloudParams, connection: PlatformConnection) -> Api:
    """Prepare calls of the tenant's REST API; nothing is sent yet.

    Args:
        params: Which tenant, and who signs in.
        connection: Carries the calls.

    Raises:
        InvalidParameter: The address is none.
    """
    check_auth_url(params.auth_url)
    matched = _ADDRESS.fullmatch(params.auth_url or _LEGACY)
    host, path = matched.groups() if matched else ("", "")
    log_in = _log_in_legacy if (path or "").lower() == _LEGACY_PATH.lower() else _log_in
    tokens = Tokens(lambda: log_in(host, params, connection), connection.clock)
    return Api("Marketing Cloud", host, connection.http, connection.clock, login=TokenLogin(tokens), judge=judge)


def _log_in(host: str, params: MarketingCloudParams, connection: PlatformConnection) -> Token:
    endpoint = Api("Marketing Cloud", host, connection.http, connection.clock, judge=by_token)
    unit = {} if params.account_id is None else {"account_id": params.account_id}
    body: dict[str, Any] = {
        "grant_type": "client_credentials", "client_id": params.client_id,
        "client_secret": params.client_secret.reveal(), **unit,
    }  # fmt: skip
    told = endpoint.call("POST", "/v2/token", json=body, repeatable=True).json()
    seconds = float(told.get("expires_in") or 0) or None
    return Token(told["access_token"], seconds, url=params.rest_url or told.get("rest_instance_url") or _LEGACY_REST)


def _log_in_legacy(host: str, params: MarketingCloudParams, connection: PlatformConnection) -> Token:
    judge_legacy = partial(by_token, name="accessToken")
    endpoint = Api("Marketing Cloud", host, connection.http, connection.clock, judge=judge_legacy)
    body = {"clientId": params.client_id, "clientSecret": params.client_secret.reveal()}
    told = endpoint.call("POST", _LEGACY_PATH, json=body, repeatable=True).json()
    seconds = float(told.get("expiresIn") or 0) or None
    return Token(told["accessToken"], seconds, url=params.rest_url or _LEGACY_REST)
