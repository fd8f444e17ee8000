"""``file.decrypt.pgp``: decrypt files, and verify who signed them."""

from typing import BinaryIO, Self

from identitysync.codecs import pgp
from identitysync.contract import Example, FileTransform, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.pgp_params import ENDINGS, EXAMPLE_KEY, passphrase, private_key, public_keys, revealed
from identitysync.scripts.pack.sizes import in_bytes, max_size
from identitysync.values import Secret

_KEY = {"privateKey": "${env:PGP_PRIVATE_KEY}", "passphrase": "${env:PGP_PASSPHRASE}"}


@script(
    "file.decrypt.pgp",
    summary="Decrypt OpenPGP files, and verify their signatures.",
    examples=(
        Example("whoever sent it", _KEY),
        Example("only what one sender signed", {**_KEY, "publicKey": EXAMPLE_KEY}),
    ),
)
class DecryptPgp(FileTransform):
    """Decrypt each file, and take `.pgp`, `.gpg` or `.asc` off its name.

    Nothing goes on before the whole file is decrypted and found untouched, and, with `publicKey`, signed by one of its
    keys. What counts is what the file holds, not its name: a file that is not encrypted, is for other keys, cut off or
    tampered with, or that grows without measure is an error.

    What GnuPG encrypts is read, armored or not. What it signs *and* encrypts in one go is compressed unless it is told
    `--compress-algo none`, and then only GnuPG itself can verify it: it must be installed. The work is done in a
    process of its own, which takes about 200 MB of memory however large the file is. Needs the extra `pgp`. All names
    are *our choice*.
    """

    private_key: Secret = private_key("The private key that the file is encrypted for")
    passphrase: Secret | None = passphrase("What unlocks the private key.")
    public_key: str = public_keys("The public key of who must have signed, several below each other; else anybody.", "")
    max_size: float = max_size()

    def open(self) -> Self:
        """See that OpenPGP is installed, before anything is read."""
        pgp.require_library()
        return self

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Decrypt the source."""
        pgp.decrypt(
            source,
            target,
            pgp.key_bytes(self.private_key.reveal()),
            passphrase=revealed(self.passphrase),
            signed_by=pgp.key_bytes(self.public_key) if self.public_key else b"",
            max_bytes=in_bytes(self.max_size),
        )

    def rename(self, name: str) -> str:
        """Take the ending off."""
        return bare(name, *ENDINGS)
