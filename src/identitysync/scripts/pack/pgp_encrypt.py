"""``file.encrypt.pgp``: encrypt files for those who hold the keys."""

from typing import BinaryIO, Self

from identitysync.codecs import pgp
from identitysync.contract import Example, FileTransform, param, script
from identitysync.scripts.pack.pgp_params import EXAMPLE_KEY, passphrase, public_keys, revealed, signing_key
from identitysync.values import Secret


@script(
    "file.encrypt.pgp",
    summary="Encrypt files with OpenPGP.",
    examples=(
        Example("for one reader", {"publicKey": EXAMPLE_KEY}, {"a.csv": "id\n1\n"}, {"a.csv.pgp": None}),
        Example(
            "signed as well, as text",
            {
                "publicKey": EXAMPLE_KEY,
                "signingKey": "${env:PGP_PRIVATE_KEY}",
                "signingPassphrase": "${env:PGP_PASSPHRASE}",
                "armor": True,
            },
        ),
    ),
)
class EncryptPgp(FileTransform):
    """Encrypt each file for all keys that `publicKey` holds, and add `.pgp` to its name.

    Every OpenPGP program reads the result, GnuPG among them. Needs the extra `pgp`. `signingKey`, `signingPassphrase`
    and `armor` are *our choice*: the original has none of them.
    """

    public_key: str = public_keys(
        "The public key of who shall read it, with its armor or in base64; several below each other."
    )
    signing_key: Secret | None = signing_key(None)
    signing_passphrase: Secret | None = passphrase("What unlocks the signing key.")
    armor: bool = param(default=False, doc="Whether text is written instead of bytes.", example=True, text=True)

    def open(self) -> Self:
        """See that OpenPGP is installed, before anything is read."""
        pgp.require_library()
        return self

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Encrypt the source."""
        pgp.encrypt(
            source,
            target,
            pgp.key_bytes(self.public_key),
            signing_key=pgp.key_bytes(self.signing_key.reveal()) if self.signing_key else b"",
            passphrase=revealed(self.signing_passphrase),
            armor=self.armor,
        )

    def rename(self, name: str) -> str:
        """Add ``.pgp``."""
        return f"{name}.pgp"
