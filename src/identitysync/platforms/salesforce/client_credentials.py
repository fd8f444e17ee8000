"""The login of an application: its client id and secret, and a session of the user that it runs as for them.

It follows "OAuth 2.0 Client Credentials Flow for Server-to-Server Integration" (help.salesforce.com).
"""

from typing import Final

from identitysync.platforms.api import Api
from identitysync.platforms.tokens import Token
from identitysync.values import Secret

TOKEN_PATH: Final = "/services/oauth2/token"  # noqa: S105 - an address


def sign_in(domain: Api, client_id: str, client_secret: Secret) -> Token:
    """Sign in.

    Args:
        domain: The organization's own domain, judged by ``by_token``.
        client_id: The application's consumer key.
        client_secret: Its consumer secret.

    Returns:
        The session, which ends when the organization's rules say so, and the address of the instance that it is for.

    Raises:
        AuthenticationFailed: Salesforce does not let this application in.
        RemoteError: The domain cannot be reached.
    """
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret.reveal()}
    told = domain.call("POST", TOKEN_PATH, form=form, repeatable=True).json()
    return Token(told["access_token"], url=str(told.get("instance_url") or ""))
