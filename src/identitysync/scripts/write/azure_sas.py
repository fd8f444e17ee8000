"""``datasource.write.azure.sas``: blobs for a container to which a service of its owner gives the keys."""

from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, script
from identitysync.remotes.azure import AzureRemote, SasContainer, SasLogin
from identitysync.scripts.write.outgoing import Outgoing
from identitysync.world import WakefulClock


@script(
    "datasource.write.azure.sas",
    summary="Upload blobs to an Azure container to which a service of its owner gives the keys.",
    examples=(
        Example(
            "into the container that the service opens",
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
class WriteAzureSas(SasLogin, FileWriter):
    """Upload each file in blocks, and commit them when the whole run has ended well.

    `loginUrl` gives a token for `clientId`, and with it the service at `authenticationUrl` and `blobUri` gives a signed
    address for the run; when that is over in the middle, another is asked for. How the service is asked is *our
    choice*: a POST for the token (client credentials), a GET for the address, which may be JSON or plain text.
    """

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the first file."""
        return self._outgoing(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        self._outgoing(services).write_alone(file, services)

    def _outgoing(self, services: Services) -> Outgoing:
        remote = AzureRemote(SasContainer(self, services.clock), WakefulClock(services.clock, services.check))
        return Outgoing(remote, "", remote.stage)
