"""``datasource.read.azure.blob``: blobs of an Azure storage account."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes.azure import AzureLogin, AzureRemote
from identitysync.scripts.read.incoming import Incoming, of_store
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.azure.blob",
    summary="Download blobs of an Azure storage account.",
    examples=(
        Example(
            "all CSV files below a folder",
            {
                "accountName": "acme",
                "accountKey": "${env:AZURE_STORAGE_KEY}",
                "container": "exports",
                "blobPrefix": "incoming/",
                "fileNameRegex": ".*\\.csv",
            },
        ),
    ),
)
class ReadAzureBlob(FileChoice, AzureLogin, FileReader):
    """Download each blob whose name begins with the prefix, as a whole, before anything is made of it.

    The file's name is what comes after the last slash of the name; `fileNameRegex` looks at that alone.

    With a store, a flow reads a blob once, as long as it does not change, unless a full extract is asked for.
    Without a store, a flow that knows its last runtime reads what came since then.
    """

    blob_prefix: str = param(
        default="",
        doc="What all names begin with; a folder, part of a name, or one whole name.",
        example="incoming/",
        variables=True,
    )

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the listing."""
        return self._incoming(services)  # type: ignore[return-value]  # it reads as this class does

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        yield from self._incoming(services).files_alone(services)

    def _incoming(self, services: Services) -> Incoming:
        return of_store(
            AzureRemote(self, WakefulClock(services.clock, services.check)), self.blob_prefix, self, services
        )
