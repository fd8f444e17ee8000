"""A bucket of Google Cloud Storage as a place for files."""

import base64
import io
import sys

import pytest

from identitysync.errors import AuthenticationFailed, InvalidParameter, MissingExtra, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.gcs import GcsRemote
from identitysync.remotes.gcs.upload import Upload
from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward
from identitysync.values import Secret
from tests.remotes.object_stores import prefixes_find_their_names
from tests.world.loopback import Loopback, Reply

UNIT = 256 << 10


@pytest.fixture
def remote(gcs, gcs_bucket, clock):
    with GcsRemote(gcs.login(gcs_bucket), clock) as remote:
        yield remote


def fetched(remote, path):
    target = io.BytesIO()
    remote.fetch(path, target)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, UNIT - 1, UNIT, UNIT + 1, (8 << 20) + UNIT, (8 << 20) + UNIT + 1])
def test_a_file_of_any_size_is_seen_whole_and_not_before(remote, tmp_path, size):
    source, content = tmp_path / "source", (b"0123456789abcdef" * (size // 16 + 1))[:size]
    source.write_bytes(content)
    staged = remote.stage(source, "out/x")
    assert len(staged._tail) <= UNIT
    assert remote.find("") == []
    assert staged.publish() == f"{remote.address('out/x')}"
    assert fetched(remote, "out/x") == content


@pytest.mark.parametrize("place", [0, 200, 600, 1_000, 1_400, 1_800])
def test_an_answer_that_is_lost_anywhere_does_no_harm(gcs, gcs_bucket, clock, tmp_path, place):
    """Also when it was that to the last bytes: the service is asked what it has."""
    source = tmp_path / "source"
    source.write_bytes(b"x" * (9 << 20))
    with (
        FaultProxy("127.0.0.1", gcs.port, [Fault(Spoil.RESET, place, Toward.CLIENT)]) as proxy,
        GcsRemote(gcs.login(gcs_bucket, endpoint_url=f"http://127.0.0.1:{proxy.port}"), clock) as remote,
    ):
        remote.stage(source, "x").publish()
        assert [(entry.path, entry.size) for entry in remote.find("")] == [("x", 9 << 20)]


def test_an_upload_finds_itself_done(remote, tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.write_bytes(b"content")
    staged, ask, lost = remote.stage(source, "x"), GcsRemote.ask, []

    def losing(self, method, path, *parts, **how):
        told = ask(self, method, path, *parts, **how)
        if method == "PUT" and not lost:
            lost.append(told)
            raise ConnectionResetError("reset")
        return told

    monkeypatch.setattr(GcsRemote, "ask", losing)
    monkeypatch.setattr(Upload, "_arrived", lambda self: None)  # as the service answers, where the emulator does not
    staged.publish()
    assert fetched(remote, "x") == b"content"


def test_a_prefix_is_a_folder_a_part_of_a_name_or_a_whole_name(gcs, gcs_bucket, remote):
    for name in ("a.csv", "in/", "in/a.csv", "in/ab.csv", "in/b/a.csv", "inside.csv"):
        gcs.put(gcs_bucket, name)
    prefixes_find_their_names(remote)
    assert [entry.path for entry in remote.list("in")] == ["in/a.csv", "in/ab.csv"]


def test_what_is_missing_is_said_to_be(gcs, remote, clock):
    with pytest.raises(RemoteNotFound, match=r"cannot read 'gone': it does not exist"):
        remote.fetch("gone", io.BytesIO())
    with GcsRemote(gcs.login("no-such-bucket"), clock) as other, pytest.raises(RemoteNotFound):
        other.find("")
    assert clock.slept == []


@pytest.mark.parametrize("form", [str, lambda key: base64.b64encode(key.encode()).decode()], ids=["PEM", "base64"])
def test_the_key_signs_for_the_service_account(gcs, gcs_bucket, clock, monkeypatch, form):
    from identitysync.remotes.gcs import files

    token = Reply(b'{"access_token": "t", "expires_in": 3600}')
    with Loopback([token]) as tokens:
        monkeypatch.setattr(files, "TOKEN_ADDRESS", f"{tokens.url}/token")
        login = gcs.login(gcs_bucket, private_key=Secret(form(gcs.private_key)))
        with GcsRemote(login, clock) as remote:
            assert remote.find("") == []
    (asked,) = tokens.requests
    assert b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer" in asked.body


def test_a_service_account_that_is_not_accepted_is_said_to_be(gcs, gcs_bucket, clock, monkeypatch):
    from identitysync.remotes.gcs import files

    refusal = Reply(b'{"error": "invalid_grant", "error_description": "account not found"}', 400)
    with Loopback([refusal]) as tokens:
        monkeypatch.setattr(files, "TOKEN_ADDRESS", f"{tokens.url}/token")
        with (
            GcsRemote(gcs.login(gcs_bucket), clock) as remote,
            pytest.raises(AuthenticationFailed, match=r"not accepted.*account not found"),
        ):
            remote.find("")
    assert clock.slept == []


@pytest.mark.parametrize("key", ["hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_is_said_to_be_and_not_shown(gcs, gcs_bucket, clock, key):
    with (
        GcsRemote(gcs.login(gcs_bucket, private_key=Secret(key)), clock) as remote,
        pytest.raises(InvalidParameter, match=r"private ?[kK]ey") as told,
    ):
        remote.find("")
    assert "hunter2" not in str(told.value)


def test_a_stall_ends_in_time(gcs, gcs_bucket, clock, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(12_000_000))
    with FaultProxy("127.0.0.1", gcs.port, [Fault(Spoil.STALL, 1_000_000)] * 9) as proxy:
        login = gcs.login(gcs_bucket, endpoint_url=f"http://127.0.0.1:{proxy.port}")
        with (
            GcsRemote(login, clock, timeout=0.5) as remote,
            pytest.raises(RemoteUnavailable, match=r"nothing moved .*; tried 3"),
        ):
            remote.stage(large, "x")


def test_a_missing_package_is_named(gcs, gcs_bucket, clock, monkeypatch):
    monkeypatch.delitem(sys.modules, "identitysync.remotes.gcs.files", raising=False)
    monkeypatch.setitem(sys.modules, "gcsfs.core", None)
    with GcsRemote(gcs.login(gcs_bucket), clock) as remote, pytest.raises(MissingExtra, match=r"identitysync\[gcs\]"):
        remote.find("")
