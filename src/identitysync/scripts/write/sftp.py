"""``datasource.write.sftp``: files to a server, by SFTP."""

import posixpath
from collections.abc import Iterator
from typing import Self

from identitysync.contract import Clock, Example, File, FileWriter, Finding, Services, Staged, param, script
from identitysync.remotes import safe_name
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.scripts.write.spooled import on_disk
from identitysync.values import Secret


def check_verification(verify: bool) -> Iterator[Finding]:
    """Warn when the host is not verified."""
    if not verify:
        yield Finding(
            "unverified-host",
            "the host is not verified: whoever answers gets the password and the data",
            "set hostKeyFingerprint to the fingerprint that the server's owner tells you",
        )


@script(
    "datasource.write.sftp",
    summary="Upload files by SFTP.",
    examples=(
        Example(
            "with a password from the environment",
            {
                "host": "sftp.example.com",
                "username": "idx",
                "password": "${env:SFTP_PASSWORD}",
                "remotePath": "/outgoing",
                "hostKeyFingerprint": "SHA256:uNiVztksCsDhcc0u9e8BrrJUSaDNIQeB4cxMMX3VVCk",
            },
        ),
    ),
)
class WriteSftp(FileWriter):
    """Upload each file under a temporary name, verify its size, and rename it when the whole run has ended well.

    Nobody sees half a file. The temporary name is hidden (`.name.….part`), or, with `temporaryUploadExtension`, the
    final one with `.uploading`. An older file of the same name is replaced. Missing folders are made.

    The host must be known: by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    host: str = param(doc="The server.", example="sftp.example.com")
    username: str = param(doc="The user.", example="idx")
    password: Secret | None = param(default=None, doc="Its password.", example="${env:SFTP_PASSWORD}", secret=True)
    port: int = param(default=22, doc="The port.", example=2222, text=True)
    remote_path: str = param(
        default="", doc="The folder; relative to where the login leads.", example="/outgoing", variables=True
    )
    timeout: float = param(default=60.0, doc="Seconds that each step may take.", example=60, text=True)
    temporary_upload_extension: bool = param(
        default=False, doc="Whether the name ends with .uploading during the upload.", example=True, text=True
    )
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
    def __init__(self, script: WriteSftp, clock: Clock) -> None:
        self._script = script
        self._remote = SftpRemote(
            SftpLogin(
                script.host, script.username, script.password, script.private_key, script.passphrase, script.port,
                script.host_key_fingerprint, script.known_hosts, script.verify_host, script.timeout,
            ),
            clock,
        )  # fmt: skip

    def stage(self, file: File, services: Services) -> Staged:
        path = posixpath.join(self._script.remote_path, safe_name(file.name))
        uploading = self._script.temporary_upload_extension
        return self._remote.stage(on_disk(file, services), path, uploading=uploading)

    def write(self, file: File, services: Services) -> None:
        self.stage(file, services).publish()

    def close(self) -> None:
        self._remote.close()
