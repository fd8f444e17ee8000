"""``datasource.read.azure.sas``: blobs of a container to which a service of its owner gives the keys."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, script
from identitysync.remotes.azure import AzureRemote, SasContainer, SasLogin
from identitysync.scripts.read.incoming import Incoming
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.azure.sas",
    summary="Download blobs of an Azure container to which a service of its owner gives the keys.",
    examples=(
        Example(
            "all files of the container that the service opens",
            {
                "loginUrl": "https://login.microsoftonline.com/acme.onmicrosoft.com",
                "clientId": "11111111-2222-3333-4444-555555555555",
                "clientSecret": "${env:AZURE_CLIENT_SECRET}",
                "authenticationUrl": "https://sas.acme.example",
                "blobUri": "/api/sasstorage/create/",
            },
        ),
    ),
)
class ReadAzureSas(FileChoice, SasLogin, FileReader):
    """Download each blob of the container or folder, as a whole, before anything is made of it.

    `loginUrl` gives a token for `clientId`, and with it the service at `authenticationUrl` and `blobUri` gives a signed
    address for the run; when that is over in the middle, another is asked for. How the service is asked is *our
    choice*: a POST for the token (client credentials), a GET for the address, which may be JSON or plain text.

    With a store, a flow reads a blob once, as long as it does not change, unless a full extract is asked for. Without a
    store, a flow that knows its last runtime reads what came since then.
    """

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the listing."""
        return self._incoming(services)  # type: ignore[return-value]  # it reads as this class does

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        yield from self._incoming(services).files_alone(services)

    def _incoming(self, services: Services) -> Incoming:
        container = SasContainer(self, services.clock)
        remote = AzureRemote(container, WakefulClock(services.clock, services.check))
        return Incoming(remote, self, services, place=container.place, listed=lambda: remote.find(""), by_time=True)
