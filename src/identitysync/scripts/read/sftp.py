"""``datasource.read.sftp``: files from a server, by SFTP."""

from collections.abc import Iterator

from identitysync.contract import Example, File, FileReader, Finding, Services, param, script
from identitysync.remotes import Order, SortBy, safe_name
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.scripts.read.matching import check_name_regex, chosen
from identitysync.values import Secret


def check_verification(verify: bool) -> Iterator[Finding]:
    """Warn when the host is not verified."""
    if not verify:
        yield Finding(
            "unverified-host",
            "the host is not verified: whoever answers gets the password and may send any data",
            "set hostKeyFingerprint to the fingerprint that the server's owner tells you",
        )


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
class ReadSftp(FileReader):
    """Download each file that fits into the run's spool, as a whole, before anything is made of it.

    When the connection drops in the middle, the file is read again from its start. Sub-folders are not looked into.
    When nothing fits, the trace says what is there.

    The host must be known: by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    host: str = param(doc="The server.", example="sftp.example.com")
    username: str = param(doc="The user.", example="idx")
    password: Secret | None = param(default=None, doc="Its password.", example="${env:SFTP_PASSWORD}", secret=True)
    port: int = param(default=22, doc="The port.", example=2222, text=True)
    remote_path: str = param(
        default="", doc="The folder; relative to where the login leads.", example="/incoming", variables=True
    )
    file_name_regex: str = param(
        default="", doc="A Java regular expression for the whole file name; empty takes all.", example=".*\\.csv",
        variables=True, check=check_name_regex,
    )  # fmt: skip
    sort_by: SortBy = param(default=SortBy.TIME, doc="By what files are ordered.", example="name")
    sort_order: Order = param(default=Order.ASCENDING, doc="In which direction.", example="DESC")
    timeout: float = param(default=60.0, doc="Seconds that each step may take.", example=60, text=True)
    private_key: Secret | None = param(
        default=None,
        doc="A private key (OpenSSH or PEM, or base64 of that).",
        example="${file:~/.ssh/id_ed25519}",
        secret=True,
    )
    passphrase: Secret | None = param(
        default=None, doc="What opens the private key.", example="${env:SFTP_PASSPHRASE}", secret=True
    )
    host_key_fingerprint: str = param(
        default="", doc="The one right host key.", example="SHA256:uNiVztksCsDhcc0u9e8BrrJUSaDNIQeB4cxMMX3VVCk"
    )
    known_hosts: str = param(default="", doc="A file of known host keys; else the user's own.", example="known_hosts")
    verify_host: bool = param(
        default=True, doc="False accepts any host.", example=False, text=True, check=check_verification
    )

    def files(self, services: Services) -> Iterator[File]:
        """Give the files that fit, in order."""
        login = SftpLogin(
            self.host, self.username, self.password, self.private_key, self.passphrase, self.port,
            self.host_key_fingerprint, self.known_hosts, self.verify_host, self.timeout,
        )  # fmt: skip
        with SftpRemote(login, services.clock) as remote:
            place = remote.address(self.remote_path)
            entries = remote.list(self.remote_path)
            for entry in chosen(entries, self.file_name_regex, self.sort_by, self.sort_order, services.log, place):
                path = services.spool.path()
                with path.open("wb") as target:
                    remote.fetch(entry.path, target)
                yield File(safe_name(entry.name), path, entry.modified)
