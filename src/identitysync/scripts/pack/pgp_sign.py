"""``file.sign.pgp``: sign files."""

from typing import BinaryIO, Self

from identitysync.codecs import pgp
from identitysync.contract import Example, FileTransform, param, script
from identitysync.scripts.pack.pgp_params import passphrase, revealed, signing_key
from identitysync.values import Secret


@script(
    "file.sign.pgp",
    summary="Sign files with OpenPGP.",
    examples=(
        Example(
            "with a key of the environment",
            {"signingKey": "${env:PGP_PRIVATE_KEY}", "signingPassphrase": "${env:PGP_PASSPHRASE}"},
        ),
    ),
)
class SignPgp(FileTransform):
    """Turn each file into an OpenPGP message that holds it with its signature, and add `.pgp` to its name.

    The file can be read by everybody: to sign and encrypt, give `signingKey` to `file.encrypt.pgp`. It is what
    `gpg --sign` makes, and `gpg --decrypt` verifies and unpacks it. Needs the extra `pgp`. A script of ours.
    """

    signing_key: Secret = signing_key()
    signing_passphrase: Secret | None = passphrase("What unlocks the signing key.")
    armor: bool = param(default=False, doc="Whether text is written instead of bytes.", example=True, text=True)

    def open(self) -> Self:
        """See that OpenPGP is installed, before anything is read."""
        pgp.require_library()
        return self

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Sign the source."""
        key = pgp.key_bytes(self.signing_key.reveal())
        pgp.sign(source, target, key, passphrase=revealed(self.signing_passphrase), armor=self.armor)

    def rename(self, name: str) -> str:
        """Add ``.pgp``."""
        return f"{name}.pgp"
