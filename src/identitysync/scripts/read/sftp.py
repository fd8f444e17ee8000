"""``datasource.read.sftp``: files from a server, by SFTP."""

from collections.abc import Iterator

from identitysync.contract import Example, File, FileReader, Services, param, script
from identitysync.remotes import Order, SortBy, safe_name
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.scripts.read.matching import check_name_regex, chosen


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
    ),
)
class ReadSftp(SftpLogin, FileReader):
    """Download each file that fits into the run's spool, as a whole, before anything is made of it.

    When the connection drops in the middle, the file is read again from its start. Sub-folders are not looked into.
    When nothing fits, the trace says what is there.

    The host must be known: by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    remote_path: str = param(
        default="", doc="The folder; relative to where the login leads.", example="/incoming", variables=True
    )
    file_name_regex: str = param(
        default="", doc="A Java regular expression for the whole file name; empty takes all.", example=".*\\.csv",
        check=check_name_regex,
    )  # fmt: skip
    sort_by: SortBy = param(default=SortBy.TIME, doc="By what files are ordered.", example="name")
    sort_order: Order = param(default=Order.ASCENDING, doc="In which direction.", example="DESC")

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        with SftpRemote(self, services.clock) as remote:
            place = remote.address(self.remote_path)
            entries = remote.list(self.remote_path)
            for entry in chosen(entries, self.file_name_regex, self.sort_by, self.sort_order, services.log, place):
                path = services.spool.path()
                with path.open("wb") as target:
                    remote.fetch(entry.path, target)
                yield File(safe_name(entry.name), path, entry.modified)
