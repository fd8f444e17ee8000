"""Which container, and as whom: the parameters that both Azure scripts with an account key share."""

import base64
from typing import TYPE_CHECKING

from identitysync.contract import entry, param
from identitysync.errors import AuthenticationFailed, InvalidParameter, MissingExtra
from identitysync.values import Secret

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


@entry
class AzureLogin:
    """Which container, and as whom."""

    account_name: str = param(doc="The storage account.", example="acme")
    account_key: Secret = param(doc="One of its two keys.", example="${env:AZURE_STORAGE_KEY}", secret=True)
    container: str = param(doc="The container.", example="exports")
    endpoint_url: str = param(
        default="",
        doc="The address of the account's blobs, in another cloud than the public one.",
        example="https://acme.blob.core.chinacloudapi.cn",
    )

    folder = ""
    renewable = False

    @property
    def place(self) -> str:
        """The container's address."""
        account = self.endpoint_url.rstrip("/") or f"https://{self.account_name}.blob.core.windows.net"
        return f"{account}/{self.container}"

    def client(self, timeout: float) -> "ContainerClient":
        """Make a client of the container.

        Args:
            timeout: Seconds that may pass until something moves.

        Returns:
            The client; it connects when it is used.

        Raises:
            MissingExtra: azure-storage-blob is not installed.
            AuthenticationFailed: The key can be none.
        """
        key = self.account_key.reveal()
        try:
            base64.b64decode(key, validate=True)
        except ValueError as fault:
            message = (
                f"{self.place}: accountKey is no key of a storage account: it is not base64 ({len(key)} characters)"
            )
            raise AuthenticationFailed(message) from fault
        return container_client(self.place, {"account_name": self.account_name, "account_key": key}, timeout)


def container_client(url: str, credential: dict[str, str] | None, timeout: float) -> "ContainerClient":
    """Make a client of a container that leaves trying again to its user.

    Args:
        url: The container's address, perhaps with a shared access signature.
        credential: The account's name and key, where there is no such signature.
        timeout: Seconds that may pass until something moves.

    Returns:
        The client; it connects when it is used.

    Raises:
        MissingExtra: azure-storage-blob is not installed.
        InvalidParameter: The address can be none.
    """
    try:
        from azure.storage.blob import ContainerClient
    except ImportError as fault:
        raise MissingExtra("azure", "Azure blob storage") from fault
    if "://" not in url:
        raise InvalidParameter(f"{url!r} is no address of a container: it begins with https://")
    return ContainerClient.from_container_url(
        url, credential=credential, retry_total=0, connection_timeout=timeout, read_timeout=timeout
    )
