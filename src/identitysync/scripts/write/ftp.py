"""``datasource.write.ftp``: files to a server, by FTP or FTPS."""

from functools import partial
from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, param, script
from identitysync.remotes.ftp import FtpLogin, FtpRemote
from identitysync.scripts.write.outgoing import Outgoing
from identitysync.world import WakefulClock


@script(
    "datasource.write.ftp",
    summary="Upload files by FTP or FTPS.",
    examples=(
        Example(
            "by FTPS",
            {
                "host": "ftp.example.com",
                "username": "idx",
                "password": "${env:FTP_PASSWORD}",
                "encryption": "explicit",
                "remotePath": "/outgoing",
            },
        ),
    ),
)
class WriteFtp(FtpLogin, FileWriter):
    """Upload each file under a temporary name, verify its size, and rename it when the whole run has ended well.

    Nobody sees half a file. The temporary name is hidden (`.name.….part`), or, with `temporaryUploadExtension`, the
    final one with `.uploading`. An older file of the same name is replaced. Missing folders are made.

    Transfers are passive. With TLS the certificate is verified, and the data is protected like the commands, on every
    connection.
    """

    remote_path: str = param(
        default="", doc="The folder; relative to where the login leads.", example="/outgoing", variables=True
    )
    temporary_upload_extension: bool = param(
        default=False, doc="Whether the name ends with .uploading during the upload.", example=True, text=True
    )

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the first file."""
        return self._outgoing(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        self._outgoing(services).write_alone(file, services)

    def _outgoing(self, services: Services) -> Outgoing:
        remote = FtpRemote(self, WakefulClock(services.clock, services.check))
        return Outgoing(remote, self.remote_path, partial(remote.stage, uploading=self.temporary_upload_extension))
