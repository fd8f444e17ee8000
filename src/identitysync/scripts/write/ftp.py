"""``datasource.write.ftp``: files to a server, by FTP or FTPS."""

import posixpath
from typing import Self

from identitysync.contract import Clock, Example, File, FileWriter, Services, Staged, param, script
from identitysync.remotes import safe_name
from identitysync.remotes.ftp import FtpLogin, FtpRemote
from identitysync.scripts.write.spooled import on_disk


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
        return _Upload(self, services.clock)  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Publish one file at once."""
        upload = _Upload(self, services.clock)
        try:
            upload.write(file, services)
        finally:
            upload.close()


class _Upload:
    def __init__(self, script: WriteFtp, clock: Clock) -> None:
        self._script = script
        self._remote = FtpRemote(script, clock)

    def stage(self, file: File, services: Services) -> Staged:
        path = posixpath.join(self._script.remote_path, safe_name(file.name))
        uploading = self._script.temporary_upload_extension
        return self._remote.stage(on_disk(file, services), path, uploading=uploading)

    def write(self, file: File, services: Services) -> None:
        self.stage(file, services).publish()

    def close(self) -> None:
        self._remote.close()
