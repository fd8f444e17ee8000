"""``datasource.read.sftp``: files from a server, by SFTP."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.scripts.read.incoming import Incoming, of_folder
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.sftp",
    summary="Download files by SFTP.",
    examples=(
        Example(
            "all CSV files of a folder, the oldest first",
            {
                "host": "sftp.example.com",
                "username": "idx",
                "password": "${env:SFTP_PASSWORD}",
                "remotePath": "/incoming",
                "fileNameRegex": ".*\\.csv",
                "hostKeyFingerprint": "SHA256:uNiVztksCsDhcc0u9e8BrrJUSaDNIQeB4cxMMX3VVCk",
            },
        ),
        Example(
            "move what was delivered out of the way",
            {
                "host": "sftp.example.com",
                "username": "idx",
                "privateKey": "${file:~/.ssh/id_ed25519}",
                "remotePath": "/incoming",
                "afterDelivery": "archive",
                "archivePath": "/archive/${now:yyyy-MM}",
            },
        ),
    ),
)
class ReadSftp(FileChoice, SftpLogin, FileReader):
    """Download each file that fits into the run's spool, as a whole, before anything is made of it.

    When the connection drops in the middle, the file is read again from its start. Sub-folders are not looked into.
    When nothing fits, the trace says what is there.

    With a store, a flow reads a file once: only what is new, or has another size or time, is read again, unless a full
    extract is asked for.

    The host must be known: by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    remote_path: str = param(
        default="", doc="The folder; relative to where the login leads.", example="/incoming", variables=True
    )

    def open(self, services: Services) -> Self:
        """Prepare the connection; it opens with the listing."""
        return self._incoming(services)  # type: ignore[return-value]  # it reads as this class does

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        yield from self._incoming(services).files_alone(services)

    def _incoming(self, services: Services) -> Incoming:
        return of_folder(
            SftpRemote(self, WakefulClock(services.clock, services.check)), self.remote_path, self, services
        )
