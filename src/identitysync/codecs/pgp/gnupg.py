"""GnuPG, where it is installed, for the one kind of message whose signature Sequoia's Python does not reach.

That is what ``gpg --sign --encrypt`` makes unless told otherwise: signed, then compressed, then encrypted.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from identitysync.codecs.pgp.processes import ended

_QUIET: Final = ("--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--trust-model", "always")
_SHORT: Final = "/tmp"  # noqa: S108 - what is made there is private, and has a random name
_LONGEST: Final = 64
_VERDICTS: Final = {"GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"}


def decrypt(
    private: bytes, passphrase: str, public: bytes, before: Path, after: Path, max_bytes: int | None
) -> dict[str, Any] | None:
    """Decrypt a file, and count the good signatures of the given keys; its keyring is made for this and removed.

    Args:
        private: The private key.
        passphrase: What unlocks it.
        public: The keys, one of which must have signed.
        before: The message.
        after: Where the file goes.
        max_bytes: How many bytes may come out.

    Returns:
        ``signatures`` or ``error``, as the process of Sequoia answers; None where GnuPG is not installed.

    Raises:
        FormatError: More would come out.
    """
    program = shutil.which("gpg")
    if program is None:
        return None
    after.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="gpg-", dir=_folder(), ignore_cleanup_errors=True) as home:
        gpg = [program, "--homedir", home, *_QUIET]
        # the key lies there for a moment only: what slows down guessing would slow down nobody but us
        Path(home, "gpg-agent.conf").write_text("s2k-count 65536\n", "utf-8")
        try:
            for key in (private, public):
                subprocess.run([*gpg, "--import"], input=key, capture_output=True, check=False)  # noqa: S603 - as below
            command = [
                *gpg,
                "--passphrase-fd",
                "0",
                "--status-fd",
                "1",
                "--output",
                str(after),
                "--decrypt",
                str(before),
            ]
            code, out, noise = ended(command, passphrase.encode() + b"\n", after, max_bytes, os.environ)
        finally:
            _end_agent(home)
    told = [line.split()[1:] for line in out.decode(errors="replace").splitlines() if line.startswith("[GNUPG:] ")]
    if any(words[0] == "BADSIG" for words in told):
        return {"error": "Signature verification failed"}
    if not any(words[0] == "DECRYPTION_OKAY" for words in told):
        last = noise.decode(errors="replace").strip().rpartition("\n")[2]
        return {"error": f"GnuPG ended with {code}: {last}"}
    return {"signatures": _count(told, public)}


def _count(told: list[list[str]], public: bytes) -> int:
    """Count signatures that are good, and of these keys: the keyring holds the reader's own key as well."""
    import pysequoia

    allowed = {key.fingerprint.upper() for key in pysequoia.Cert.split_bytes(public)}
    count, good = 0, False
    for word, *rest in told:  # whether a key was expired or revoked is said first, whose it is comes after that
        if word in _VERDICTS:
            good = word == "GOODSIG"
        count += good and word == "VALIDSIG" and rest[-1] in allowed
    return count


def _folder() -> str | None:
    """Give a folder for keyrings: GnuPG's processes meet at a socket there, whose path may have some 100 bytes only."""
    usual = tempfile.gettempdir()
    return _SHORT if len(os.fsencode(usual)) > _LONGEST and os.access(_SHORT, os.W_OK | os.X_OK) else usual


def _end_agent(home: str) -> None:
    """End the process that keeps the keys of this keyring."""
    program = shutil.which("gpgconf")
    if program is not None:
        subprocess.run([program, "--homedir", home, "--kill", "all"], capture_output=True, check=False)  # noqa: S603 - a program of GnuPG
