"""Keys of GnuPG, made once."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import attrs
import pytest


@attrs.frozen(eq=False)
class Gpg:
    """A GnuPG with keys of three people: Ada (RSA) and Bob (Curve 25519) have passphrases, Eve has none."""

    home: Path

    def run(self, *arguments, data=b"", passphrase="", check=True):
        command = ["gpg", "--batch", "--yes", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback"]
        command += ["--passphrase", passphrase, *arguments]
        environment = {**os.environ, "GNUPGHOME": str(self.home)}
        return subprocess.run(command, input=data, capture_output=True, env=environment, check=check, timeout=60).stdout

    @functools.cache  # noqa: B019 - there is one GnuPG, for the whole session
    def public(self, name, armor=True):
        return self.run(*["--armor"] * armor, "--export", f"{name}@example.com")

    @functools.cache  # noqa: B019 - as above; unlocking a key takes long
    def private(self, name, armor=True):
        arguments = [*["--armor"] * armor, "--export-secret-keys", f"{name}@example.com"]
        return self.run(*arguments, passphrase=PHRASES[name])

    def fingerprints(self, name):
        """Give those of the key and of its subkeys, in order."""
        lines = self.run("--list-keys", "--with-colons", f"{name}@example.com").decode().splitlines()
        return [line.split(":")[9] for line in lines if line.startswith("fpr")]

    def encrypt(self, data, reader, *more):
        reader = reader if reader.endswith("!") else f"{reader}@example.com"
        return self.run("--recipient", reader, *more, "--encrypt", data=data)

    def sign(self, data, signer, *more, how="--sign"):
        user = ["--local-user", f"{signer}@example.com"]
        return self.run(*user, *more, how, data=data, passphrase=PHRASES[signer])

    def decrypt(self, data, reader):
        return self.run("--decrypt", data=data, passphrase=PHRASES[reader])


PHRASES = {"ada": "pass wörd", "bob": "b", "eve": ""}
_KEY = """
Key-Type: {0}
Subkey-Type: {1}
Name-Real: {2}
Name-Email: {2}@example.com
Expire-Date: 0
{3}
%commit
"""
_RSA = ("RSA\nKey-Length: 2048\nKey-Usage: sign", "RSA\nSubkey-Length: 2048\nSubkey-Usage: encrypt")
_CURVE = ("eddsa\nKey-Curve: ed25519", "ecdh\nSubkey-Curve: cv25519")


@pytest.fixture(scope="session")
def gpg():
    if shutil.which("gpg") is None:
        pytest.skip("GnuPG is not installed: apt-get install gnupg")
    home = Path(tempfile.mkdtemp(prefix="gpg-"))  # the path of its agent's socket must be short
    try:
        made = Gpg(home)
        (home / "gpg-agent.conf").write_text("s2k-count 65536\n")  # guessing is made cheap, and the tests quick
        for name, (key, subkey) in (("ada", _RSA), ("bob", _CURVE), ("eve", _CURVE)):
            phrase = f"Passphrase: {PHRASES[name]}" if PHRASES[name] else "%no-protection"
            text = _KEY.format(key, subkey, name, phrase)
            made.run("--full-generate-key", data=text.encode(), passphrase=PHRASES[name])
        made.run("--quick-add-key", made.fingerprints("eve")[0], "cv25519", "encr")
        yield made
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
