"""``file.verify.pgp``: verify signed files, and take the signature off."""

from typing import BinaryIO

from identitysync.codecs import pgp
from identitysync.contract import Example, FileTransform, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.pgp_params import ENDINGS, EXAMPLE_KEY, public_keys
from identitysync.scripts.pack.sizes import in_bytes, max_size


@script(
    "file.verify.pgp",
    summary="Verify the OpenPGP signatures of files.",
    examples=(Example("one sender", {"publicKey": EXAMPLE_KEY}),),
)
class VerifyPgp(FileTransform):
    """Take the file out of each signed OpenPGP message, and `.pgp`, `.gpg` or `.asc` off its name.

    Nothing goes on before the signature is found good, and made by one of the given keys. A file that is not signed,
    cut off, changed or signed by others is an error, as is a signature that came apart from its file or stands in clear
    below a text: the message must be as of `gpg --sign`. Needs the extra `pgp`. A script of ours.
    """

    public_key: str = public_keys("The public key of who must have signed, with its armor or in base64; or several.")
    max_size: float = max_size()

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Verify the source."""
        pgp.verify(source, target, pgp.key_bytes(self.public_key), max_bytes=in_bytes(self.max_size))

    def rename(self, name: str) -> str:
        """Take the ending off."""
        return bare(name, *ENDINGS)
