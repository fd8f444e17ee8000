import base64
import json
import os
import sys
import types
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, MissingExtra
from identitysync.gigya.auth import encode
from identitysync.world import Masker, resolve

PLANTED = 'p+l/a n"t&e=d~ü\\5%'


def test_a_text_that_is_no_reference_is_the_secret_itself():
    for text in ("", "plain", "${now}", "${env:A} ", "x${env:A}", "${env:A", "${other:A}", "********"):
        assert resolve(text, {"A": "wrong"}).reveal() == text


def test_a_variable_of_the_environment_is_given_as_it_is():
    assert resolve("${env:KEY}", {"KEY": PLANTED + "\n"}).reveal() == PLANTED + "\n"


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(InvalidParameter, match="no variable 'KEY'"):
        resolve("${env:KEY}", {})


def test_a_file_gives_its_text_without_its_line_end(tmp_path):
    path = tmp_path / "a secret"
    path.write_bytes((PLANTED + "\r\n").encode())
    assert resolve(f"${{file:{path}}}", {}).reveal() == PLANTED


def test_a_file_of_the_users_home_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "s").write_text(" inner blanks \nsecond line\n\n")
    assert resolve("${file:~/s}", {}).reveal() == " inner blanks \nsecond line"


@pytest.mark.parametrize("kind", ["missing", "folder", "not utf-8", "endless", "nul"])
def test_a_file_that_cannot_be_the_secret_is_refused_with_its_name_and_without_its_text(tmp_path, kind):
    path = tmp_path / "s"
    if kind == "folder":
        path.mkdir()
    elif kind == "not utf-8":
        path.write_bytes(b"planted\xff")
    name = {"endless": "/dev/zero", "nul": f"{path}\0"}.get(kind, str(path))
    with pytest.raises(InvalidParameter, match="secret's file") as caught:
        resolve(f"${{file:{name}}}", {})
    assert repr(name) in str(caught.value)
    assert "planted" not in repr(caught.value)
    assert caught.value.__cause__ is None or "planted" not in repr(caught.value.__cause__)


@pytest.mark.parametrize("text", ["${env:}", "${file:}", "${keyring:}"])
def test_a_reference_to_nothing_is_refused(text):
    with pytest.raises(InvalidParameter, match="names nothing"):
        resolve(text, dict(os.environ))


class TestKeyring:
    """The package is an extra: a stand-in with its interface shows which call is made."""

    @pytest.fixture
    def ring(self, monkeypatch):
        entries = {("https://sftp.example/in", "ann"): PLANTED}
        errors = types.ModuleType("keyring.errors")
        errors.KeyringError = type("KeyringError", (Exception,), {})
        ring = types.ModuleType("keyring")

        def get_password(service, user):
            if service == "locked":
                raise errors.KeyringError("the keyring is locked")
            return entries.get((service, user))

        ring.get_password, ring.errors = get_password, errors
        monkeypatch.setitem(sys.modules, "keyring", ring)
        monkeypatch.setitem(sys.modules, "keyring.errors", errors)

    def test_the_last_slash_parts_service_and_user(self, ring):
        assert resolve("${keyring:https://sftp.example/in/ann}", {}).reveal() == PLANTED

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("svc/bob", "no entry for service 'svc' and user 'bob'"), ("locked/x", "locked"), ("noslash", "SERVICE/USER")],
    )
    def test_what_goes_wrong_is_said(self, ring, text, reason):
        with pytest.raises(InvalidParameter, match=reason):
            resolve(f"${{keyring:{text}}}", {})

    def test_without_the_package_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keyring", None)
        with pytest.raises(MissingExtra, match=r"identitysync\[keyring\]"):
            resolve("${keyring:a/b}", {})


def shapes(secret: str) -> list[str]:
    plain = secret.encode()
    return [
        secret, quote(secret), quote(secret, safe=""), quote_plus(secret), encode(secret), quote(secret, safe="").lower()
        if secret.islower() else quote(secret, safe=""),
        json.dumps(secret), json.dumps(secret, ensure_ascii=False),
        base64.b64encode(plain).decode(), base64.urlsafe_b64encode(plain).decode(),
    ]  # fmt: skip


def test_a_masker_without_secrets_changes_nothing():
    assert Masker()("anything ${env:A}") == "anything ${env:A}"


def test_every_shape_of_a_secret_is_masked():
    mask = Masker([PLANTED])
    for shape in shapes(PLANTED):
        assert mask(f"before {shape} after").replace("=", "").replace('"', "") == "before ******** after", shape


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=40), st.sampled_from(range(10)))
def test_no_shape_of_any_secret_comes_through(secret, shape):
    assert secret not in Masker([secret])(f"<{shapes(secret)[shape]}>") or secret in "<********>"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:", "user: "])
@pytest.mark.parametrize("secret", ["hunter22secret", "hunter22secret+", "hunter22secret+ü", "x" * 40])
def test_a_secret_amid_others_in_base64_is_masked_as_in_a_basic_login(before, secret):
    header = base64.b64encode(f"{before}{secret}@after".encode()).decode()
    masked = Masker([secret])(f"Authorization: Basic {header}")
    assert "********" in masked
    left = masked.removeprefix("Authorization: Basic ").split("********")
    assert sum(map(len, left)) <= len(base64.b64encode(f"{before}@after".encode())) + 4


def test_the_lines_of_a_private_key_are_masked_one_by_one_but_not_its_frame():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nZm9vYmFyYmF6cXV4\n-----END PRIVATE KEY-----"
    mask = Masker([key])
    assert mask("line: MIIEvQIBADANBgkqhkiG9w0!") == "line: ********!"
    assert mask("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"
    assert mask(f"all: {key}") == "all: ********"
    assert mask("r: " + repr(key)) in {"r: '********'", "r: ********"}


def test_the_longest_secret_is_masked_first():
    assert Masker(["pass", "password1"])("password1 pass") == "******** ********"


def test_words_shorter_than_four_letters_are_not_blotted_out():
    assert Masker(["a", "abc", ""])("abc abcd") == "abc abcd"


def test_a_masker_learns_more():
    mask = Masker(["first-secret"])
    mask.learn(["second-secret"])
    assert mask("first-secret second-secret") == "******** ********"


def test_a_secret_from_an_odd_environment_does_not_break_the_masker():
    assert Masker(["odd\udcffsecret"])("an odd\udcffsecret") == "an ********"
