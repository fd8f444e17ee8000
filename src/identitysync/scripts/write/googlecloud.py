"""``datasource.write.googlecloud``: objects for Google Cloud Storage."""

from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, param, script
from identitysync.remotes.gcs import GcsLogin, GcsRemote
from identitysync.scripts.write.outgoing import Outgoing
from identitysync.world import WakefulClock


@script(
    "datasource.write.googlecloud",
    summary="Upload objects to Google Cloud Storage.",
    examples=(
        Example(
            "a folder of a bucket",
            {
                "bucket": "exports",
                "projectId": "acme-data",
                "clientEmail": "idx@acme-data.iam.gserviceaccount.com",
                "privateKey": "${file:~/gcs-key.pem}",
                "objectKeyPrefix": "outgoing/",
            },
        ),
    ),
)
class WriteGoogleCloud(GcsLogin, FileWriter):
    """Upload each file but its last bytes, and send these when the whole run has ended well.

    Nobody sees the object before, and an older one of the same name stays until then. The service verifies the whole by
    a checksum. An upload that was not ended is shown nowhere, and forgotten after a week.
    """

    object_key_prefix: str = param(
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
        remote = GcsRemote(self, WakefulClock(services.clock, services.check))
        return Outgoing(remote, self.object_key_prefix, remote.stage)
