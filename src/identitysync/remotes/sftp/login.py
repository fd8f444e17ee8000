"""Where to connect, and as whom: the parameters that all SFTP scripts share."""

from identitysync.contract import entry, param
from identitysync.remotes.hosts import check_verification
from identitysync.values import Secret


@entry
class SftpLogin:
    """Where to, and as whom. Keys of an SSH agent or of ``~/.ssh`` are never tried; a key goes before a password."""

    host: str = param(doc="The server.", example="sftp.example.com")
    username: str = param(doc="The user.", example="idx")
    password: Secret | None = param(
        default=None, doc="Its password; an empty one is not given.", example="${env:SFTP_PASSWORD}", secret=True
    )
    port: int = param(default=22, doc="The port.", example=2222, text=True)
    private_key: Secret | None = param(
        default=None,
        doc="A private key (OpenSSH or PEM, or base64 of that); an empty one is not given.",
        example="${file:~/.ssh/id_ed25519}",
        secret=True,
    )
    passphrase: Secret | None = param(
        default=None, doc="What opens the private key.", example="${env:SFTP_PASSPHRASE}", secret=True
    )
    host_key_fingerprint: str = param(
        default="",
        doc="The one right host key, whichever kind of key that is.",
        example="SHA256:uNiVztksCsDhcc0u9e8BrrJUSaDNIQeB4cxMMX3VVCk",
    )
    known_hosts: str = param(default="", doc="A file of known host keys; else the user's own.", example="known_hosts")
    verify_host: bool = param(
        default=True,
        doc="False accepts any host, which gives the password to whoever answers.",
        example=False,
        text=True,
        check=check_verification,
    )
    timeout: float = param(
        default=60.0, doc="Seconds that each step of the conversation may take.", example=60, text=True
    )

    @property
    def place(self) -> str:
        """The host and port, for people."""
        return f"{self.host}:{self.port}"
