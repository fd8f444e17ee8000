"""``file.verify.pgp``: verify signed files, and take the signature off."""

from typing import BinaryIO, Final, Self

from identitysync.codecs import pgp
from identitysync.contract import Example, FileTransform, script
from identitysync.scripts.pack.names import bare
from identitysync.scripts.pack.pgp_params import ENDINGS, EXAMPLE_KEY, public_keys
from identitysync.scripts.pack.sizes import in_bytes, max_size

_SIGNED: Final = bytes.fromhex(
    "900d03000816a48be752a4854f8c01ac0b62006b06289269640a310a888a040016080032162104c7c1d6b83b17d5ba7b"
    "d8104ca48be752a4854f8c05026b062892141c706172746e6572406578616d706c652e636f6d000a0910a48be752a485"
    "4f8cdad300fe25997957bff502f5e7fda49fe200839dc1e20416ac52e311f71613ad35b1d3340100a9ccad77d8b8a468"
    "2cf55a4ac6c62f7e7d968ab8f0318ad3d99e620cebb7210c"
)


@script(
    "file.verify.pgp",
    summary="Verify the OpenPGP signatures of files.",
    examples=(Example("one sender", {"publicKey": EXAMPLE_KEY}, {"a.csv.pgp": _SIGNED}, {"a.csv": "id\n1\n"}),),
)
class VerifyPgp(FileTransform):
    """Take the file out of each signed OpenPGP message, and `.pgp`, `.gpg` or `.asc` off its name.

    Nothing goes on before the signature is found good, and made by one of the given keys. A file that is not signed,
    cut off, changed or signed by others is an error, as is a signature that came apart from its file or stands in clear
    below a text: the message must be as of `gpg --sign`. Needs the extra `pgp`. A script of ours.
    """

    public_key: str = public_keys("The public key of who must have signed, with its armor or in base64; or several.")
    max_size: float = max_size()

    def open(self) -> Self:
        """See that OpenPGP is installed, before anything is read."""
        pgp.require_library()
        return self

    def convert(self, source: BinaryIO, target: BinaryIO) -> None:
        """Verify the source."""
        pgp.verify(source, target, pgp.key_bytes(self.public_key), max_bytes=in_bytes(self.max_size))

    def rename(self, name: str) -> str:
        """Take the ending off."""
        return bare(name, *ENDINGS)
