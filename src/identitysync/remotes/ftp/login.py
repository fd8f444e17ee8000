"""Where to connect, and as whom: the parameters that all FTP scripts share."""

from collections.abc import Iterator
from enum import StrEnum

from identitysync.contract import Finding, entry, param
from identitysync.remotes.hosts import check_verification
from identitysync.values import Secret


class Encryption(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


def check_encryption(encryption: Encryption) -> Iterator[Finding]:
    """Warn when nothing is encrypted."""
    if encryption == Encryption.NONE:
        yield Finding(
            "plaintext",
            "plain FTP sends the password and the data unencrypted",
            "set encryption to explicit where the server offers TLS, or use SFTP",
        )


@entry
class FtpLogin:
    """Where to, and as whom."""

    host: str = param(doc="The server.", example="ftp.example.com")
    username: str = param(doc="The user.", example="idx")
    password: Secret = param(doc="Its password.", example="${env:FTP_PASSWORD}", secret=True)
    port: int | None = param(
        default=None, doc="The port; 21 when it is not given, 990 with implicit encryption.", example=2121, text=True
    )
    encryption: Encryption = param(
        default=Encryption.NONE,
        doc="How the connection is protected: explicit asks for TLS after the greeting, implicit begins with it, none"
        " sends the password and the data unencrypted.",
        example="explicit",
        check=check_encryption,
    )
    trusted_certificates: str = param(
        default="",
        doc="A file of certificates (PEM) to trust instead of the system's: the server's own, or that of its issuer.",
        example="partner-ca.pem",
    )
    verify_host: bool = param(
        default=True,
        doc="False accepts any certificate, which gives the password to whoever answers.",
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
        port = self.port or (990 if self.encryption == Encryption.IMPLICIT else 21)
        return f"{self.host}:{port}"
