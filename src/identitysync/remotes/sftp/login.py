"""Where to connect, and as whom."""

import attrs

from identitysync.values import Secret


@attrs.frozen
class SftpLogin:
    """Where to, and as whom. Keys of an SSH agent or of ``~/.ssh`` are never tried.

    Attributes:
        host: The host.
        username: The user.
        password: Its password, if that is how it logs in; an empty one is not given.
        private_key: Its private key (OpenSSH or PEM, or base64 of that); an empty one is not given. It is tried before
            the password.
        passphrase: What opens the private key.
        port: The port.
        host_key_fingerprint: ``SHA256:…`` of the one host key that is right, whichever kind of key that is.
        known_hosts: A file of host keys; the user's own when it is not given.
        verify_host: False accepts any host, which gives the password to whoever answers.
        timeout: Seconds that each step of the conversation may take.
    """

    host: str
    username: str
    password: Secret | None = None
    private_key: Secret | None = None
    passphrase: Secret | None = None
    port: int = 22
    host_key_fingerprint: str = ""
    known_hosts: str = ""
    verify_host: bool = True
    timeout: float = 60.0

    @property
    def place(self) -> str:
        """The host and port, for people."""
        return f"{self.host}:{self.port}"
