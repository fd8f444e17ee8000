"""``datasource.read.googlecloud``: objects of Google Cloud Storage."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes.gcs import GcsLogin, GcsRemote
from identitysync.scripts.read.incoming import Incoming, of_store
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.googlecloud",
    summary="Download objects of Google Cloud Storage.",
    examples=(
        Example(
            "all CSV files below a folder",
            {
                "bucket": "exports",
                "projectId": "acme-data",
                "clientEmail": "idx@acme-data.iam.gserviceaccount.com",
                "privateKey": "${file:~/gcs-key.pem}",
                "objectKeyPrefix": "incoming/",
                "fileNameRegex": ".*\\.csv",
            },
        ),
    ),
)
class ReadGoogleCloud(FileChoice, GcsLogin, FileReader):
    """Download each object whose name begins with the prefix, as a whole, before anything is made of it.

    The file's name is what comes after the last slash of the name; `fileNameRegex` looks at that alone.

    With a store, a flow reads an object once, as long as it does not change, unless a full extract is asked for.
    Without a store, a flow that knows its last runtime reads what came since then.
    """

    object_key_prefix: str = param(
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
            GcsRemote(self, WakefulClock(services.clock, services.check)), self.object_key_prefix, self, services
        )
