"""``datasource.read.ftp``: files from a server, by FTP or FTPS."""

from collections.abc import Iterator
from typing import Self

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes.ftp import FtpLogin, FtpRemote
from identitysync.scripts.read.incoming import Incoming, of_folder
from identitysync.scripts.read.matching import FileChoice
from identitysync.world import WakefulClock


@script(
    "datasource.read.ftp",
    summary="Download files by FTP or FTPS.",
    examples=(
        Example(
            "all CSV files of a folder, by FTPS",
            {
                "host": "ftp.example.com",
                "username": "idx",
                "password": "${env:FTP_PASSWORD}",
                "encryption": "explicit",
                "remotePath": "/incoming",
                "fileNameRegex": ".*\\.csv",
            },
        ),
        Example(
            "delete what was delivered",
            {
                "host": "ftp.example.com",
                "username": "idx",
                "password": "${env:FTP_PASSWORD}",
                "encryption": "implicit",
                "afterDelivery": "delete",
            },
        ),
    ),
)
class ReadFtp(FileChoice, FtpLogin, FileReader):
    """Download each file that fits into the run's spool, as a whole, before anything is made of it.

    When the connection drops in the middle, the file is read again from its start. Sub-folders are not looked into.
    When nothing fits, the trace says what is there.

    With a store, a flow reads a file once: only what is new, or has another size or time, is read again, unless a full
    extract is asked for.

    Transfers are passive. With TLS the certificate is verified, and the data is protected like the commands, on every
    connection. A server that tells no exact times (neither MLSD nor MDTM) has its files ordered by name.
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
            FtpRemote(self, WakefulClock(services.clock, services.check)), self.remote_path, self, services
        )
