"""What opens an organization in Acoustic Campaign: its pod, an application, and a refresh token; and which database."""

from collections.abc import Iterator
from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import IdentitySyncError, InvalidParameter
from identitysync.values import Secret

_PODS: Final = {
    "1": "us-1", "2": "us-2", "3": "us-3", "4": "us-4", "5": "us-5", "6": "eu-1", "7": "ap-2", "8": "ca-1", "9": "us-6",
    "A": "ap-1",
}  # fmt: skip


def check_url(text: str) -> None:
    """Refuse what is no web address."""
    if text and not text.strip().lower().startswith(("https://", "http://")):
        raise InvalidParameter(
            f"an address begins with https://, such as https://api-campaign-us-1.goacoustic.com; found {text!r}"
        )


@entry
class SilverpopLogin:
    """The parameters that reader and writer share, beside those of the SFTP server."""

    client_id: str = param(doc="The client id of the application.", example="11111111-2222-3333-4444-555555555555")
    client_secret: Secret = param(doc="Its client secret.", example="${env:ACOUSTIC_CLIENT_SECRET}", secret=True)
    refresh_token: Secret = param(
        doc="The refresh token of the user that calls the API.", example="${env:ACOUSTIC_REFRESH_TOKEN}", secret=True
    )
    pod_number: int | str = param(
        doc="The pod, 1 to 9 or A: the number in the address of the web page, as Acoustic's list has it.",
        example=1, text=True,
    )  # fmt: skip
    list_id: int | str = param(doc="The id of the database.", example=85628, text=True)
    api_url: str = param(
        default="", doc="The address of the API in the place of the pod's, such as `https://api1.silverpop.com`.",
        example="https://api1.silverpop.com", check=check_url,
    )  # fmt: skip

    @property
    def root(self) -> str:
        """The address below which the API is."""
        given = self.api_url.strip().rstrip("/").removesuffix("/XMLAPI")
        return given or f"https://api-campaign-{_PODS[self._pod]}.goacoustic.com"

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Refuse a pod that is not known, where no address stands in its place."""
        if not self.api_url and self._pod not in _PODS:
            text = f"the pods are {', '.join(_PODS)}; found {self.pod_number!r}; give apiUrl for another"
            yield "podNumber", InvalidParameter(text)

    @property
    def _pod(self) -> str:
        return str(self.pod_number).strip().upper()
