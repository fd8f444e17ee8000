"""A container as a place for files."""

import io
import sys

import pytest

from identitysync.errors import AuthenticationFailed, InvalidParameter, MissingExtra, RemoteNotFound, RemoteUnavailable
from identitysync.remotes.azure import AzureRemote
from identitysync.testing.faults import Fault, FaultProxy, Spoil
from identitysync.values import Secret
from tests.remotes.object_stores import prefixes_find_their_names

BLOCK = 8 << 20


@pytest.fixture
def remote(azurite, container, clock):
    with AzureRemote(azurite.login(container), clock) as remote:
        yield remote


def put(azurite, container, name, content=b"x"):
    with azurite.client(container) as client:
        client.upload_blob(name, content, overwrite=True)


def test_an_upload_is_unseen_until_it_is_published(azurite, container, remote, source):
    staged = remote.stage(source, "out/x.csv")
    assert remote.find("") == []
    assert staged.publish() == f"http://127.0.0.1:{azurite.port}/tests/{container}/out/x.csv"
    assert [entry.path for entry in remote.find("")] == ["out/x.csv"]


def test_two_uploads_of_one_name_do_not_mix(remote, source, tmp_path):
    """What is committed is what one of them sent; the other is told that its blocks have gone."""
    other = tmp_path / "other"
    other.write_bytes(b"of the other")
    first, second = remote.stage(source, "x"), remote.stage(other, "x")
    second.publish()
    with pytest.raises(Exception, match="block list"):
        first.publish()
    target = io.BytesIO()
    remote.fetch("x", target)
    assert target.getvalue() == b"of the other"


def test_a_blob_of_several_blocks_is_one(remote, tmp_path):
    large = tmp_path / "large"
    content = b"0123456789abcdef" * (BLOCK // 16) + b"rest"
    large.write_bytes(content)
    remote.stage(large, "large").publish()
    target = io.BytesIO()
    remote.fetch("large", target)
    assert target.getvalue() == content


def test_a_prefix_is_a_folder_a_part_of_a_name_or_a_whole_name(azurite, container, remote):
    for name in ("a.csv", "in/a.csv", "in/ab.csv", "in/b/a.csv", "inside.csv"):
        put(azurite, container, name)
    with azurite.client(container) as client:
        client.upload_blob("in/c", b"", metadata={"hdi_isfolder": "true"})
    prefixes_find_their_names(remote)
    assert [entry.path for entry in remote.list("in")] == ["in/a.csv", "in/ab.csv"]


def test_a_blob_that_is_replaced_while_it_is_read_is_read_anew(azurite, container, remote, monkeypatch):
    put(azurite, container, "x", b"a" * (5 << 20))
    from identitysync.remotes.azure import remote as module

    write, seen = module.LocalTarget.write, []

    def replacing(self, block):
        write(self, block)
        if not seen:
            seen.append(block)
            put(azurite, container, "x", b"b" * (6 << 20))

    monkeypatch.setattr(module.LocalTarget, "write", replacing)
    target = io.BytesIO()
    assert remote.fetch("x", target) == 6 << 20
    assert set(target.getvalue()) == {ord("b")}


def test_what_is_missing_is_said_to_be(azurite, container, remote, clock):
    with pytest.raises(RemoteNotFound, match=r"cannot read 'gone': there is no such blob"):
        remote.fetch("gone", io.BytesIO())
    with (
        AzureRemote(azurite.login("no-such-container"), clock) as other,
        pytest.raises(RemoteNotFound, match="there is no such container"),
    ):
        other.find("")
    assert clock.slept == []


def test_a_stall_ends_in_time(azurite, container, clock, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(bytes(12_000_000))
    with FaultProxy("127.0.0.1", azurite.port, [Fault(Spoil.STALL, 1_000_000)] * 9) as proxy:
        login = azurite.login(container, endpoint_url=f"http://127.0.0.1:{proxy.port}/tests")
        with AzureRemote(login, clock, timeout=0.5) as remote, pytest.raises(RemoteUnavailable, match="tried 3 times"):
            remote.stage(large, "x")


@pytest.mark.parametrize("key", ["hunter2", "a2V5\n"])
def test_what_is_no_key_is_said_to_be_and_not_shown(azurite, container, clock, key):
    with (
        AzureRemote(azurite.login(container, account_key=Secret(key)), clock) as remote,
        pytest.raises(AuthenticationFailed, match="key") as told,
    ):
        remote.find("")
    assert "hunter2" not in str(told.value)


def test_an_address_without_a_scheme_is_refused(azurite, container, clock):
    with (
        AzureRemote(azurite.login(container, endpoint_url="acme.example.com"), clock) as remote,
        pytest.raises(InvalidParameter, match="begins with https"),
    ):
        remote.find("")


def test_a_missing_package_is_named(azurite, container, clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)
    with (
        AzureRemote(azurite.login(container), clock) as remote,
        pytest.raises(MissingExtra, match=r"identitysync\[azure\]"),
    ):
        remote.find("")
