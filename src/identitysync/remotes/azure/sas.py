"""A container to which a service of its owner gives the keys: a shared access signature for each run.

The sources say no more than the names of the parameters and one template; how the service is asked is our choice.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from identitysync.contract import Clock, entry, param
from identitysync.errors import AuthenticationFailed, RemoteError
from identitysync.remotes.azure.login import container_client
from identitysync.values import Secret
from identitysync.world.http import HttpClient, HttpResponse

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_SIGNATURE: Final = re.compile(r"(^|[?&])sig=")
_ABSOLUTE: Final = re.compile(r"https?://", re.IGNORECASE)


@entry
class SasLogin:
    """Which service, and as whom."""

    login_url: str = param(
        doc="Where tokens are given: a tenant, to which /oauth2/token is added, or the whole address of its token"
        " service.",
        example="https://login.microsoftonline.com/acme.onmicrosoft.com",
    )
    client_id: str = param(doc="The application.", example="11111111-2222-3333-4444-555555555555")
    client_secret: Secret = param(doc="Its secret.", example="${env:AZURE_CLIENT_SECRET}", secret=True)
    authentication_url: str = param(
        doc="The service that gives signatures; also the resource for which the token is asked.",
        example="https://sas.acme.example",
    )
    blob_uri: str = param(
        doc="The path at that service whose answer is the signed address of a container, or of a folder in it; or the"
        " address of the container, and the service's answer is the signature alone.",
        example="/api/sasstorage/create/",
    )


class SasContainer:
    """The container that the service opens."""

    renewable = True

    def __init__(self, login: SasLogin, clock: Clock) -> None:
        """Remember whom to ask.

        Args:
            login: Which service, and as whom.
            clock: Passes the time between two attempts.
        """
        self._login, self._clock = login, clock
        self._base = login.authentication_url.rstrip("/")
        self._signed = ""

    @property
    def place(self) -> str:
        """The container's address, without its signature; that of the service as long as it is not known."""
        if not self._signed:
            return self._login.blob_uri if _ABSOLUTE.match(self._login.blob_uri) else f"{self._base}{self._path}"
        container, _ = _parts(self._signed)
        return container.partition("?")[0]

    @property
    def folder(self) -> str:
        """The folder of the container that the signed address names, perhaps none."""
        return _parts(self._signed)[1] if self._signed else ""

    def client(self, timeout: float) -> "ContainerClient":
        """Ask for a signature, and make a client of the container.

        Args:
            timeout: Seconds that may pass until something moves.

        Returns:
            The client.

        Raises:
            AuthenticationFailed: The service does not accept the application.
            RemoteError: It answers with something else than a signature.
        """
        http = HttpClient(self._clock, connect_timeout=timeout, read_timeout=timeout)
        try:
            self._signed = self._ask(http)
        finally:
            http.close()
        return container_client(_parts(self._signed)[0], None, timeout)

    @property
    def _path(self) -> str:
        return f"/{self._login.blob_uri.lstrip('/')}"

    def _ask(self, http: HttpClient) -> str:
        login = self._login
        absolute = bool(_ABSOLUTE.match(login.blob_uri))
        address = self._base if absolute else f"{self._base}{self._path}"
        answer = http.request("GET", address, headers={"Authorization": f"Bearer {self._token(http)}"})
        _expect(answer, address, "the token of clientId")
        for text in _texts(answer):
            if absolute and _SIGNATURE.search(text):
                return f"{login.blob_uri.partition('?')[0]}?{text.rpartition('?')[2]}"
            if _ABSOLUTE.match(text) and _SIGNATURE.search(text):
                return text
        wanted = "a signature (…&sig=…)" if absolute else "the signed address of a container (https://…?…&sig=…)"
        raise RemoteError(f"{address} was to answer with {wanted}; it answered something else")

    def _token(self, http: HttpClient) -> str:
        login = self._login
        address = login.login_url.rstrip("/")
        if not address.endswith("/token"):
            address = f"{address}/oauth2/token"
        asked = {
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.client_secret.reveal(),
            **({"scope": f"{self._base}/.default"} if "/v2.0/" in address else {"resource": self._base}),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = http.request("POST", address, body=urlencode(asked).encode(), headers=headers, repeatable=True)
        _expect(answer, address, "this clientId and clientSecret")
        try:
            return str(answer.json()["access_token"])
        except (ValueError, KeyError, TypeError) as fault:
            raise RemoteError(f"{address} was to answer with an access_token; it answered something else") from fault


def _expect(answer: HttpResponse, address: str, credentials: str) -> None:
    if answer.status in {400, 401, 403}:
        raise AuthenticationFailed(f"{address} does not accept {credentials} (HTTP {answer.status})")
    if answer.status != 200:
        raise RemoteError(f"{address} answered HTTP {answer.status}")


def _texts(answer: HttpResponse) -> Iterator[str]:
    """Give all texts of an answer: of JSON, whatever its form, else the answer itself."""
    try:
        found: list[Any] = [answer.json()]
    except ValueError:
        found = [answer.body.decode("utf-8", "replace").strip()]
    while found:
        each = found.pop(0)
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            found += each.values()
        elif isinstance(each, list):
            found += each


def _parts(signed: str) -> tuple[str, str]:
    """Tell the container's signed address from the folder in it.

    The first part of a path is the container, or, where hosts have no names of accounts, the second.
    """
    address = urlsplit(signed)
    named = ".blob." in (address.hostname or "")
    parts = [part for part in address.path.split("/") if part]
    depth = 1 if named else 2
    path = "/".join(parts[:depth])
    return urlunsplit(address._replace(path=f"/{path}")), "/".join(parts[depth:])
