"""Private keys are read in whatever form people have them."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from identitysync.errors import InvalidParameter
from identitysync.remotes.sftp.keys import read_private_key
from identitysync.values import Secret

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
FORMS = [
    (RSA, PrivateFormat.OpenSSH, "ssh-rsa"),
    (RSA, PrivateFormat.PKCS8, "ssh-rsa"),
    (RSA, PrivateFormat.TraditionalOpenSSL, "ssh-rsa"),
    (EC, PrivateFormat.OpenSSH, "ecdsa-sha2-nistp256"),
    (EC, PrivateFormat.PKCS8, "ecdsa-sha2-nistp256"),
    (EC, PrivateFormat.TraditionalOpenSSL, "ecdsa-sha2-nistp256"),
    (ED, PrivateFormat.OpenSSH, "ssh-ed25519"),
    (ED, PrivateFormat.PKCS8, "ssh-ed25519"),
]


def text(key, form, passphrase=None):
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, lock).decode()


@pytest.mark.parametrize(("key", "form", "name"), FORMS)
def test_all_kinds_and_forms_are_read(key, form, name):
    assert read_private_key(Secret(text(key, form)), None).get_name() == name


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pem: base64.b64encode(pem.encode()).decode(),
        lambda pem: base64.encodebytes(pem.encode()).decode(),
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("\n", "\\n"),
        lambda pem: f"\n\n  {pem.strip()}  \n\n",
    ],
    ids=["base64", "base64 in lines", "CRLF", "escaped line ends", "blanks around"],
)
@pytest.mark.parametrize("form", [PrivateFormat.OpenSSH, PrivateFormat.PKCS8])
def test_what_happens_to_keys_on_their_way_does_no_harm(spoil, form):
    whole = read_private_key(Secret(text(ED, form)), None)
    assert read_private_key(Secret(spoil(text(ED, form))), None).asbytes() == whole.asbytes()


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_locked_key_needs_its_passphrase(form):
    locked = Secret(text(EC, form, b"open sesame"))
    assert read_private_key(locked, Secret("open sesame")).get_name() == "ecdsa-sha2-nistp256"
    with pytest.raises(InvalidParameter, match="locked: give its passphrase"):
        read_private_key(locked, None)
    with pytest.raises(InvalidParameter, match="locked: give its passphrase"):
        read_private_key(locked, Secret(""))
    with pytest.raises(InvalidParameter, match="passphrase may be wrong") as told:
        read_private_key(locked, Secret("sesame, open"))
    assert "sesame" not in str(told.value)


def test_a_key_that_ssh_keygen_locked_is_read(tmp_path):
    path = tmp_path / "key"
    try:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "pass", "-f", str(path)], check=True)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed: apt-get install openssh-client")
    assert read_private_key(Secret(path.read_text()), Secret("pass")).get_name() == "ssh-ed25519"
    with pytest.raises(InvalidParameter, match="locked"):
        read_private_key(Secret(path.read_text()), None)
    with pytest.raises(InvalidParameter, match="passphrase may be wrong"):
        read_private_key(Secret(path.read_text()), Secret("other"))


def test_a_passphrase_for_an_open_key_is_not_needed():
    assert read_private_key(Secret(text(RSA, PrivateFormat.PKCS8)), Secret("unused")).get_name() == "ssh-rsa"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("hunter2", "neither PEM nor base64 of PEM"),
        ("", "neither PEM nor base64 of PEM"),
        (base64.b64encode(b"hunter2").decode(), "neither PEM nor base64 of PEM"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "cannot be read; give an Ed25519"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----", "cannot be read"),
        ("PuTTY-User-Key-File-2: ssh-rsa\nhunter2", "save it with puttygen"),
        (text(dsa.generate_private_key(1024), PrivateFormat.PKCS8), "kind that SSH does not use"),
        (text(ed448.Ed448PrivateKey.generate(), PrivateFormat.PKCS8), "kind that SSH does not use"),
    ],
)
def test_what_is_no_key_is_refused_without_showing_it(wrong, said):
    with pytest.raises(InvalidParameter, match=said) as told:
        read_private_key(Secret(wrong), None)
    assert "hunter2" not in str(told.value)
