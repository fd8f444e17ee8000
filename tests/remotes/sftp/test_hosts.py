"""Only the right host is trusted."""

import paramiko
import pytest

from identitysync.errors import HostNotTrusted, LocalStorageError
from identitysync.remotes.sftp.hosts import HostVerifier, fingerprint
from identitysync.remotes.sftp.login import SftpLogin

KEY, OTHER = paramiko.ECDSAKey.generate(bits=256), paramiko.ECDSAKey.generate(bits=256)
RSA = paramiko.RSAKey.generate(2048)


def line(name, key=KEY):
    return f"{name} {key.get_name()} {key.get_base64()}"


@pytest.fixture
def verifier(tmp_path):
    def make(*lines, host="sftp.example.com", port=22, **more):
        path = tmp_path / "known_hosts"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return HostVerifier(SftpLogin(host=host, username="u", port=port, known_hosts=str(path), **more))

    return make


@pytest.mark.parametrize(
    ("names", "port"),
    [
        ("sftp.example.com", 22),
        ("SFTP.Example.com", 22),
        ("other,sftp.example.com,10.0.0.1", 22),
        ("*.example.com", 22),
        ("sft?.example.com", 22),
        ("[sftp.example.com]:2222", 2222),
        ("[*.example.com]:2222", 2222),
        pytest.param(paramiko.HostKeys.hash_host("sftp.example.com"), 22, id="hashed"),
        pytest.param(paramiko.HostKeys.hash_host("[sftp.example.com]:2222"), 2222, id="hashed with a port"),
    ],
)
def test_a_known_host_is_trusted_and_no_other_key(verifier, names, port):
    judge = verifier(line(names), port=port)
    judge.verify(KEY)
    assert judge.preferred == (KEY.get_name(),)
    with pytest.raises(HostNotTrusted, match="which is not the one in"):
        judge.verify(OTHER)


@pytest.mark.parametrize(
    ("names", "port"),
    [
        ("example.com", 22),
        ("sftp.example.com", 2222),
        ("[sftp.example.com]:2222", 22),
        ("*.example.com,!sftp.example.com", 22),
        ("sftp.example.com.evil.org", 22),
        ("sftpxexample.com", 22),
        pytest.param(paramiko.HostKeys.hash_host("other"), 22, id="hashed"),
    ],
)
def test_a_line_about_others_says_nothing(verifier, names, port):
    with pytest.raises(HostNotTrusted, match="which is unknown"):
        verifier(line(names), port=port).verify(KEY)


def test_an_unknown_host_is_told_with_its_fingerprint_and_the_line_that_makes_it_known(verifier):
    with pytest.raises(HostNotTrusted) as told:
        verifier("", port=2222).verify(KEY)
    assert fingerprint(KEY) in str(told.value)
    verifier(str(told.value).splitlines()[-1].strip(), port=2222).verify(KEY)


def test_a_changed_key_is_told_as_such_with_the_line_that_mends_it(verifier):
    with pytest.raises(HostNotTrusted, match="somebody may be in between, or the server has a new key") as told:
        verifier(line("sftp.example.com", OTHER)).verify(KEY)
    verifier(str(told.value).splitlines()[-1].strip()).verify(KEY)


def test_one_host_may_have_several_keys_also_of_one_kind(verifier):
    judge = verifier(line("sftp.example.com", OTHER), line("sftp.example.com"), line("sftp.example.com", RSA))
    for key in (KEY, OTHER, RSA):
        judge.verify(key)
    assert judge.preferred == (KEY.get_name(), "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


def test_a_revoked_key_is_never_trusted(verifier):
    with pytest.raises(HostNotTrusted, match="revoked"):
        verifier(line("sftp.example.com"), "@revoked " + line("*")).verify(KEY)


def test_broken_lines_are_passed_over(verifier):
    junk = [
        "# note",
        "",
        "one",
        "a b",
        "a ssh-rsa !!!",
        "a ssh-rsa AAAA",
        "a nokind AAAA",
        "|1|x|y ssh-rsa AAAA",
        "ü \ufffd",
    ]
    verifier(*junk, "@cert-authority *.example.com ssh-rsa AAAA", line("sftp.example.com"), *junk).verify(KEY)


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(LocalStorageError, match=r"known hosts .*nowhere does not exist"):
        HostVerifier(SftpLogin(host="h", username="u", known_hosts=str(tmp_path / "nowhere")))
    with pytest.raises(LocalStorageError, match="cannot be read"):
        HostVerifier(SftpLogin(host="h", username="u", known_hosts=str(tmp_path)))


def test_the_users_own_file_is_looked_into_and_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    login = SftpLogin(host="h", username="u")
    with pytest.raises(HostNotTrusted, match=r"\.ssh/known_hosts does not hold it"):
        HostVerifier(login).verify(KEY)
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(line("h"))
    HostVerifier(login).verify(KEY)


@pytest.mark.parametrize("form", ["{}", "{}=", " {} "])
def test_a_pinned_fingerprint_is_enough(form, verifier):
    verifier("", host_key_fingerprint=form.format(fingerprint(KEY))).verify(KEY)


def test_another_fingerprint_is_refused_even_for_a_known_host(verifier):
    judge = verifier(line("sftp.example.com"), host_key_fingerprint=fingerprint(OTHER))
    with pytest.raises(HostNotTrusted, match=f"{fingerprint(KEY)}.*not {fingerprint(OTHER)}".replace("+", r"\+")):
        judge.verify(KEY)


def test_verification_is_left_out_only_when_told_so(verifier):
    verifier("", verify_host=False).verify(KEY)
