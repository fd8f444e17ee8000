"""``datasource.write.azure.blob``: blobs for an Azure storage account."""

from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, param, script
from identitysync.remotes.azure import AzureLogin, AzureRemote
from identitysync.scripts.write.outgoing import Outgoing
from identitysync.world import WakefulClock


@script(
    "datasource.write.azure.blob",
    summary="Upload blobs to an Azure storage account.",
    examples=(
        Example(
            "a folder of a container",
            {
                "accountName": "acme",
                "accountKey": "${env:AZURE_STORAGE_KEY}",
                "container": "exports",
                "blobPrefix": "outgoing/",
            },
        ),
    ),
)
class WriteAzureBlob(AzureLogin, FileWriter):
    """Upload each file in blocks, and commit them when the whole run has ended well.

    Nobody sees the blob before, and an older one of the same name stays until then. Blocks that were not committed are
    shown nowhere, and Azure forgets them after a week. A name that Azure would change, with a backslash or a dot at its
    end, is refused.
    """

    blob_prefix: str = param(
        default="",
        doc="The folder; its names are made of it, a slash and the file's name.",
        example="outgoing/",
        variables=True,
    )

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the first file."""
        return self._outgoing(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        self._outgoing(services).write_alone(file, services)

    def _outgoing(self, services: Services) -> Outgoing:
        remote = AzureRemote(self, WakefulClock(services.clock, services.check))
        return Outgoing(remote, self.blob_prefix, remote.stage)
