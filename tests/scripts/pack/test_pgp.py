"""OpenPGP, with GnuPG as the other side: both ways, whole or not at all, and every fault told in words."""

import base64
import io
import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import identitysync as idx
from identitysync.codecs import pgp
from identitysync.errors import FormatError, InvalidParameter, MissingExtra
from identitysync.scripts.pack.pgp_decrypt import DecryptPgp
from identitysync.scripts.pack.pgp_encrypt import EncryptPgp
from identitysync.scripts.pack.pgp_sign import SignPgp
from identitysync.scripts.pack.pgp_verify import VerifyPgp
from identitysync.values import Secret
from tests.scripts.pack.conftest import PHRASES
from tests.scripts.pack.flows import contents, through

TEXT = 'id,name\r\n1,"Zoë 🙂"\r\n'.encode() * 9999


def done(script, data):
    target = io.BytesIO()
    script.convert(io.BytesIO(data), target)
    return target.getvalue()


def decryptor(gpg, reader, **more):
    keys = {"private_key": Secret(gpg.private(reader).decode()), "passphrase": Secret(PHRASES[reader])}
    return DecryptPgp(**(keys | more))


@pytest.mark.parametrize(
    ("reader", "data", "armor"),
    [("ada", TEXT, False), ("bob", TEXT, True), ("eve", b"", False)],
)
def test_what_we_encrypt_gpg_decrypts_and_the_other_way_round(gpg, reader, data, armor):
    ours = done(EncryptPgp(public_key=gpg.public(reader).decode(), armor=armor), data)
    theirs = gpg.encrypt(data, reader, *["--armor"] * armor)

    assert ours.startswith(b"-----BEGIN PGP MESSAGE-----") == armor
    assert gpg.decrypt(ours, reader) == data
    assert done(decryptor(gpg, reader), theirs) == data
    assert done(decryptor(gpg, reader), ours) == data


def test_all_whose_keys_are_given_can_read(gpg):
    ours = done(EncryptPgp(public_key=(gpg.public("ada") + gpg.public("bob")).decode()), TEXT)
    assert [gpg.decrypt(ours, reader) for reader in ("ada", "bob")] == [TEXT, TEXT]
    with pytest.raises(FormatError, match="encrypted for other keys"):
        done(decryptor(gpg, "eve"), ours)


def test_every_subkey_of_the_private_key_is_tried(gpg):
    _, *subkeys = gpg.fingerprints("eve")
    assert len(subkeys) == 2
    for subkey in subkeys:
        assert done(decryptor(gpg, "eve"), gpg.encrypt(TEXT, f"{subkey}!")) == TEXT


@pytest.mark.parametrize("signer", ["ada", "bob"])
def test_what_we_sign_gpg_verifies_and_the_other_way_round(gpg, signer):
    key, phrase = Secret(gpg.private(signer).decode()), Secret(PHRASES[signer])
    verifier = VerifyPgp(public_key=gpg.public(signer).decode())
    for armor in (False, True):
        ours = done(SignPgp(signing_key=key, signing_passphrase=phrase, armor=armor), TEXT)
        assert gpg.decrypt(ours, signer) == TEXT
        assert done(verifier, ours) == TEXT
        assert done(verifier, gpg.sign(TEXT, signer, *["--armor"] * armor)) == TEXT
    assert done(verifier, gpg.sign(TEXT, signer, "--compress-algo", "none")) == TEXT


def test_signed_and_encrypted_in_one_go_is_verified_by_either_side(gpg):
    signer = {"signing_key": Secret(gpg.private("ada").decode()), "signing_passphrase": Secret(PHRASES["ada"])}
    ours = done(EncryptPgp(public_key=gpg.public("bob").decode(), **signer), TEXT)
    theirs = gpg.sign(TEXT, "ada", "-r", "bob@example.com", "--encrypt", "--compress-algo", "none")
    from_ada = decryptor(gpg, "bob", public_key=gpg.public("ada").decode())

    assert gpg.decrypt(ours, "bob") == TEXT
    assert done(from_ada, ours) == done(from_ada, theirs) == TEXT
    assert done(decryptor(gpg, "bob"), ours) == TEXT
    for message in (ours, theirs):
        with pytest.raises(FormatError, match="the signature is not good"):
            done(decryptor(gpg, "bob", public_key=gpg.public("eve").decode()), message)


def test_an_unsigned_file_is_refused_where_a_signature_is_asked_for(gpg):
    wanted = decryptor(gpg, "bob", public_key=gpg.public("ada").decode())
    with pytest.raises(FormatError, match="signature"):
        done(wanted, done(EncryptPgp(public_key=gpg.public("bob").decode()), TEXT))
    with pytest.raises(FormatError, match="not signed by any of the given keys"):
        done(wanted, gpg.encrypt(TEXT, "bob"))


@pytest.mark.parametrize("reader", ["ada", "bob"])
def test_what_gpg_signed_compressed_and_encrypted_is_verified_by_gpg(gpg, reader):
    theirs = gpg.sign(TEXT, "ada", "-r", f"{reader}@example.com", "--encrypt")
    assert done(decryptor(gpg, reader), theirs) == TEXT
    assert done(decryptor(gpg, reader, public_key=gpg.public("ada").decode()), theirs) == TEXT
    with pytest.raises(FormatError, match="not signed by any of the given keys"):
        done(decryptor(gpg, reader, public_key=gpg.public("eve").decode()), theirs)
    with pytest.raises(FormatError, match="may be a bomb"):
        done(decryptor(gpg, reader, public_key=gpg.public("ada").decode(), max_size=0.01), theirs)


def test_without_gpg_such_a_file_can_be_read_but_not_verified(gpg, monkeypatch):
    theirs = gpg.sign(TEXT, "ada", "-r", "bob@example.com", "--encrypt")
    keys = {"public_key": gpg.public("ada").decode()}
    reader, verifier = decryptor(gpg, "bob"), decryptor(gpg, "bob", **keys)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert done(reader, theirs) == TEXT
    with pytest.raises(FormatError, match="install GnuPG"):
        done(verifier, theirs)


def test_no_agent_and_no_key_is_left_behind_by_gpg(gpg, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        theirs = gpg.sign(TEXT, "ada", "-r", "bob@example.com", "--encrypt")
        done(decryptor(gpg, "bob", public_key=gpg.public("ada").decode()), theirs)

        assert list(Path(folder).iterdir()) == []
        agents = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert folder not in agents


def test_a_temporary_folder_may_be_deeper_than_a_socket_can_be(gpg, monkeypatch, tmp_path):
    deep = tmp_path / "/".join(["deep"] * 20)
    deep.mkdir(parents=True)
    theirs = gpg.sign(TEXT, "ada", "-r", "bob@example.com", "--encrypt")
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert done(decryptor(gpg, "bob", public_key=gpg.public("ada").decode()), theirs) == TEXT


def test_keys_come_armored_with_written_line_feeds_or_in_base64(gpg):
    armored, bare = gpg.private("eve").decode(), gpg.private("eve", armor=False)
    message = gpg.encrypt(TEXT, "eve")
    for text in (armored, armored.replace("\n", "\\n"), base64.b64encode(bare), base64.b64encode(armored.encode())):
        key = text if isinstance(text, str) else text.decode()
        assert done(DecryptPgp(private_key=Secret(key)), message) == TEXT


def test_a_wrong_passphrase_a_missing_one_and_a_public_key_are_the_callers_fault(gpg):
    message = gpg.encrypt(TEXT, "ada")
    for changes in (
        {"passphrase": Secret("wrong")},
        {"passphrase": None},
        {"private_key": Secret(gpg.public("ada").decode())},
        {"private_key": Secret("no key")},
    ):
        with pytest.raises(InvalidParameter, match="key"):
            done(decryptor(gpg, "ada", **changes), message)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nothing", "the file is empty"),
        ("text", "it starts with 69 64 2c 6e"),
        ("gzip", "it is a gzip file"),
        ("signed", "it is signed"),
        ("clear", "it is text with a signature in clear below it"),
        ("detached", "it is a signature alone"),
        ("key", "it is a public key"),
    ],
)
def test_what_is_not_encrypted_is_told_by_its_first_bytes(gpg, kind, said):
    data = {
        "nothing": lambda: b"",
        "text": lambda: TEXT,
        "gzip": lambda: b"\x1f\x8b\x08",
        "signed": lambda: gpg.sign(TEXT, "eve"),
        "clear": lambda: gpg.sign(TEXT, "eve", how="--clearsign"),
        "detached": lambda: gpg.sign(TEXT, "eve", "--armor", how="--detach-sign"),
        "key": lambda: gpg.public("ada"),
    }[kind]()
    with pytest.raises(FormatError, match=f"not encrypted with OpenPGP: {said}"):
        done(decryptor(gpg, "eve"), data)


def test_an_encrypted_file_is_not_taken_for_a_signed_one(gpg):
    with pytest.raises(FormatError, match="not signed with OpenPGP: it is encrypted"):
        done(VerifyPgp(public_key=gpg.public("ada").decode()), gpg.encrypt(TEXT, "ada"))


def test_nothing_of_a_cut_or_changed_message_gets_out(gpg):
    noise = os.urandom(3_000_000)
    signer = {"signing_key": Secret(gpg.private("eve").decode())}
    for message, reader in (
        (gpg.encrypt(noise, "bob"), decryptor(gpg, "bob")),
        (done(SignPgp(**signer), noise), VerifyPgp(public_key=gpg.public("eve").decode())),
    ):
        changed = bytearray(message)
        changed[len(message) // 2] ^= 1
        for bad in (message[:-20], bytes(changed)):
            target = io.BytesIO()
            with pytest.raises(FormatError, match=r"damaged|not good"):
                reader.convert(io.BytesIO(bad), target)
            assert target.getvalue() == b""


def test_a_bomb_is_stopped_on_its_way(gpg):
    bomb = gpg.encrypt(bytes(40_000_000), "eve")
    assert len(bomb) < 1_000_000
    with pytest.raises(FormatError, match="may be a bomb"):
        done(decryptor(gpg, "eve", max_size=5), bomb)
    assert len(done(decryptor(gpg, "eve", max_size=40), bomb)) == 40_000_000


def test_an_expired_key_is_refused():
    import time

    import pysequoia

    old = pysequoia.Tsk.generate(user_id="old", profile=pysequoia.Profile.RFC4880, validity_seconds=1)
    time.sleep(1.1)
    with pytest.raises(InvalidParameter, match=r"the key .* expired at"):
        done(EncryptPgp(public_key=str(old.extract_certificate())), TEXT)


def test_a_revoked_key_is_refused():
    import pysequoia

    key = pysequoia.Tsk.generate(user_id="x", profile=pysequoia.Profile.RFC4880)
    public = key.extract_certificate()
    revoked = pysequoia.Cert.from_bytes(bytes(public) + bytes(public.revoke(key.certifier())))
    with pytest.raises(InvalidParameter, match="was revoked by its owner"):
        done(EncryptPgp(public_key=base64.b64encode(bytes(revoked)).decode()), TEXT)


@given(st.binary(max_size=80))
@settings(max_examples=5)
def test_whatever_bytes_come_nothing_but_a_format_error_is_raised(data):
    import pysequoia

    someone = pysequoia.Tsk.generate(user_id="x", profile=pysequoia.Profile.RFC4880)
    script = DecryptPgp(private_key=Secret(base64.b64encode(bytes(someone)).decode()))
    for bad in (data, b"\xc1" + data, b"-----BEGIN PGP MESSAGE-----\n\n" + base64.b64encode(b"\x84" + data)):
        with suppress(FormatError):
            done(script, bad)


def test_secrets_stay_out_of_errors_and_traces(gpg, monkeypatch):
    monkeypatch.setenv("KEY", gpg.private("ada").decode())
    monkeypatch.setenv("PHRASE", "planted-phrase")
    params = {"privateKey": "${env:KEY}", "passphrase": "${env:PHRASE}"}
    _, _, job = through("file.decrypt.pgp", params, [("a.pgp", gpg.encrypt(TEXT, "ada"))], log_level="debug")

    told = repr(job) + str(job.to_dict())
    assert job.status == "failed"
    assert "the private key cannot be used" in job.status_details
    assert "planted-phrase" not in told
    assert gpg.private("ada").decode().split("\n")[5] not in told


def test_a_file_on_disk_is_read_where_it_is_and_left_there(gpg, tmp_path):
    path = tmp_path / "a.pgp"
    path.write_bytes(gpg.encrypt(TEXT, "eve"))
    target = io.BytesIO()
    with path.open("rb") as source:
        decryptor(gpg, "eve").convert(source, target)

    assert target.getvalue() == TEXT
    assert path.exists()


def test_in_a_flow_names_change_and_a_refused_file_goes_along_the_error_edge(gpg, monkeypatch):
    monkeypatch.setenv("KEY", gpg.private("eve").decode())
    good = gpg.encrypt(TEXT, "eve")
    files = [("in/a.csv.pgp", good), ("b.csv.GPG", good), ("c.csv", good), (".asc", good), ("bad.pgp", b"x")]
    out, refused, job = through("file.decrypt.pgp", {"privateKey": "${env:KEY}"}, files, error=True)

    assert contents(out) == {"in/a.csv": TEXT, "b.csv": TEXT, "c.csv": TEXT, ".asc": TEXT}
    assert contents(refused) == {"bad.pgp": b"x"}
    assert job.status == "succeeded"
    packed, _, _ = through("file.encrypt.pgp", {"publicKey": gpg.public("eve").decode()}, [("out/a.csv", TEXT)])
    assert packed[0].name == "out/a.csv.pgp"
    assert gpg.decrypt(packed[0].open().read(), "eve") == TEXT


@pytest.mark.parametrize("key", ["no key", "aGVsbG8=", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n"])
def test_a_public_key_that_is_none_is_found_before_anything_runs(key):
    flow = idx.Dataflow(name="f", steps=[idx.Step("p", "file.encrypt.pgp", {"publicKey": key})])
    assert [fault.code for fault in idx.check(flow) if fault.path == "$.steps[0].params.publicKey"] == [
        "invalid-parameter"
    ]


def test_a_private_key_given_as_the_public_one_is_found_before_anything_runs(gpg):
    step = idx.Step("p", "file.encrypt.pgp", {"publicKey": gpg.private("eve").decode()})
    (fault,) = [fault for fault in idx.check(idx.Dataflow(steps=[step])) if fault.code == "invalid-parameter"]
    assert "this is a private key" in fault.message


def test_a_missing_library_is_one_clear_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pysequoia", None)
    with pytest.raises(MissingExtra, match=r"pip install 'identitysync\[pgp\]'"):
        pgp.sign(io.BytesIO(), io.BytesIO(), b"")
