"""``datasource.read.amazon.s3``: objects of Amazon S3, or of what speaks like it."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes.s3 import S3Login, S3Remote
from identitysync.scripts.read.incoming import Incoming, of_store
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.amazon.s3",
    summary="Download objects of Amazon S3, or of another service that speaks S3.",
    examples=(
        Example(
            "all CSV files below a folder",
            {
                "bucketName": "exports",
                "accessKey": "${env:AWS_ACCESS_KEY_ID}",
                "secretKey": "${env:AWS_SECRET_ACCESS_KEY}",
                "objectKeyPrefix": "incoming/",
                "fileNameRegex": ".*\\.csv",
            },
        ),
        Example(
            "another service, and files are moved out of the way",
            {
                "bucketName": "exports",
                "accessKey": "${env:AWS_ACCESS_KEY_ID}",
                "secretKey": "${env:AWS_SECRET_ACCESS_KEY}",
                "endpointUrl": "https://s3.example.com",
                "objectKeyPrefix": "incoming/",
                "afterDelivery": "archive",
                "archivePath": "archive/${now:yyyy}",
            },
        ),
    ),
)
class ReadAmazonS3(FileChoice, S3Login, FileReader):
    """Download each object whose key begins with the prefix, as a whole, before anything is made of it.

    The file's name is what comes after the last slash of the key; `fileNameRegex` looks at that alone.

    With a store, a flow reads an object once, as long as it does not change, unless a full extract is asked for.
    Without a store, a flow that knows its last runtime reads what came since then.
    """

    object_key_prefix: str = param(
        default="",
        doc="What all keys begin with; a folder, part of a name, or one whole key.",
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
            S3Remote(self, WakefulClock(services.clock, services.check)), self.object_key_prefix, self, services
        )
