"""What reader and writer of Constant Contact share: who calls, which lists, how fast."""

from collections.abc import Iterator

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.values import Secret


def check_rate(rate: float) -> None:
    """Refuse a pace that never comes to an end."""
    if not 0.01 <= rate <= 1000:
        raise InvalidParameter(f"calls in a second are 0.01 to 1000; found {rate}")


@entry
class ConstantContactParams:
    """Who calls, which lists, how fast."""

    api_key: str = param(
        default="", doc="The application's API key, which is its OAuth 2 client id.",
        example="4c1d5f2e-7f0e-4d3b-9d0b-0d1c2b3a4f5e",
    )  # fmt: skip
    access_token: Secret | None = param(
        default=None, doc="An access token of the V3 API. It lasts a day, so that a flow that runs by itself needs"
        " `refreshToken` instead.", example="${env:CC_ACCESS_TOKEN}", secret=True,
    )  # fmt: skip
    client_secret: Secret | None = param(
        default=None, doc="The application's secret.", example="${env:CC_CLIENT_SECRET}", secret=True
    )
    refresh_token: Secret | None = param(
        default=None, doc="A long-lived refresh token, with which access tokens are fetched.",
        example="${env:CC_REFRESH_TOKEN}", secret=True,
    )  # fmt: skip
    list_id: list[str] = param(
        doc="The contact list, or several; a number of the retired V2 API is looked up.",
        example="9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304", text=True,
    )  # fmt: skip
    url: str = param(default="https://api.cc.email", doc="Another address of the API.", example="http://127.0.0.1:8080")
    token_url: str = param(
        default="https://authz.constantcontact.com/oauth2/default/v1/token",
        doc="Another address for tokens.", example="http://127.0.0.1:8080/oauth2/default/v1/token",
    )  # fmt: skip
    calls_per_second: float = param(
        default=4.0, doc="Calls in a second at most, as the account allows.", example=10, text=True, check=check_rate
    )


def examine_login(params: ConstantContactParams) -> Iterator[tuple[str, InvalidParameter]]:
    """Find what is missing to sign in.

    Args:
        params: Who calls.

    Yields:
        The parameter and the fault.
    """
    if params.refresh_token:
        if not params.api_key:
            yield "apiKey", InvalidParameter("a refresh token is used together with the application's API key")
    elif not params.access_token:
        yield (
            "refreshToken",
            InvalidParameter(
                "nothing shows who calls: give apiKey, clientSecret and refreshToken, or an accessToken of the V3 API"
                " (keys and tokens of the V2 API, which is retired, open nothing there)"
            ),
        )
