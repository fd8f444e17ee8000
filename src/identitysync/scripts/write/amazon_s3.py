"""``datasource.write.amazon.s3``: objects for Amazon S3, or for what speaks like it."""

from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, param, script
from identitysync.remotes.s3 import S3Login, S3Remote
from identitysync.scripts.write.outgoing import Outgoing
from identitysync.world import WakefulClock


@script(
    "datasource.write.amazon.s3",
    summary="Upload objects to Amazon S3, or to another service that speaks S3.",
    examples=(
        Example(
            "a folder of a bucket",
            {
                "bucketName": "exports",
                "accessKey": "${env:AWS_ACCESS_KEY_ID}",
                "secretKey": "${env:AWS_SECRET_ACCESS_KEY}",
                "region": "eu-central-1",
                "objectKeyPrefix": "outgoing/",
            },
        ),
    ),
)
class WriteAmazonS3(S3Login, FileWriter):
    """Upload each file in parts, and complete the upload when the whole run has ended well.

    Nobody sees the object before, and an older one of the same key stays until then. When the run fails, its uploads
    are aborted. A process that is killed cannot do so: give the bucket a lifecycle rule that aborts incomplete uploads.
    """

    object_key_prefix: str = param(
        default="",
        doc="The folder; its keys are made of it, a slash and the file's name.",
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
        remote = S3Remote(self, WakefulClock(services.clock, services.check))
        return Outgoing(remote, self.object_key_prefix, remote.stage)
