"""gcsfs, as far as it is used here: logged in, and with nothing tried again behind our back."""

from typing import TYPE_CHECKING, Any, Final

import aiohttp
from gcsfs.core import GCSFileSystem, UnclosableBytesIO
from google.oauth2 import service_account
from yarl import URL

from identitysync.errors import InvalidParameter
from identitysync.remotes.gcs.login import GcsLogin
from identitysync.remotes.moving import moving
from identitysync.remotes.pem import pem

TOKEN_ADDRESS: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

if TYPE_CHECKING:

    class _Files:
        """What gcsfs has, and has no types for."""

        loop: Any
        _location: str

        def __init__(self, **how: Any) -> None: ...
        def _format_path(self, path: str, args: tuple[str, ...]) -> Any: ...
        async def _request(self, method: str, path: str, *parts: str, **how: Any) -> tuple[int, Any, Any, bytes]: ...

else:
    _Files = GCSFileSystem


class Files(_Files):
    """The API of Google Cloud Storage."""

    if not TYPE_CHECKING:
        _request = GCSFileSystem._request.__wrapped__  # noqa: SLF001 - that without its own attempts, of which there are six

    def __init__(self, login: GcsLogin, timeout: float) -> None:
        """Log in; nothing is connected yet.

        Args:
            login: As whom.
            timeout: Seconds that may pass until something moves.

        Raises:
            InvalidParameter: The private key is none.
        """
        self._seconds = timeout
        account = {
            "type": "service_account",
            "project_id": login.project_id,
            "client_email": login.client_email,
            "private_key": pem(login.private_key.reveal()).decode(),
            "token_uri": TOKEN_ADDRESS,
        }
        try:
            credentials: Any = service_account.Credentials
            token = credentials.from_service_account_info(
                account, scopes=["https://www.googleapis.com/auth/devstorage.read_write"]
            )
        except (ValueError, TypeError) as fault:
            raise InvalidParameter("privateKey cannot be read: give the RSA key of a service account") from fault
        super().__init__(
            project=login.project_id,
            token=token,
            endpoint_url=login.endpoint_url.rstrip("/") or None,
            requests_timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=timeout),
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def _format_path(self, path: str, args: tuple[str, ...]) -> URL:
        """Give an address whose names stay quoted as the service wants them, where aiohttp would unquote some."""
        return URL(super()._format_path(path, args), encoded=True)

    async def ask(
        self, method: str, path: str, *parts: str, block: bytes | None = None, **how: Any
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request.

        Args:
            method: The method.
            path: The address, with ``{}`` for each part.
            parts: Names, which are quoted.
            block: Bytes to send.
            how: Headers, and what goes into the query.

        Returns:
            The status, the headers and the body.
        """
        if path.startswith("/"):
            path = f"{self._location}{path}"
        if block is None:
            status, headers, _, content = await self._request(method, path, *parts, **how)
        else:
            body = UnclosableBytesIO(block)
            asked = self._request(method, path, *parts, data=body, **how)
            status, headers, _, content = await moving(asked, body, self._seconds)
        return status, dict(headers), content
