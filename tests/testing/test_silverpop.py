"""The emulator of Acoustic Campaign, seen by a public client of another make: ``pysilverpop``."""

import pytest
from silverpop.api import Silverpop, SilverpopResponseException

from identitysync.testing import SilverpopEmulator


@pytest.fixture
def emulator():
    with SilverpopEmulator() as emulator:
        yield emulator


@pytest.fixture
def client(emulator, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the client would send tokens over TLS only
    monkeypatch.setattr(Silverpop, "oauth_endpoint", f"{emulator.url}/oauth/token?pod=%s")
    monkeypatch.setattr(Silverpop, "api_endpoint", f"{emulator.url}/XMLAPI?pod=%s")
    return Silverpop(emulator.client_id, emulator.client_secret, emulator.refresh_token, 1)


def test_another_client_adds_and_finds_contacts(emulator, client):
    list_id = str(emulator.list_id)
    added = client.add_recipient(list_id, "1", update_if_found="true", columns={"EMAIL": "a@x.example", "City": "Łódź"})
    assert added.SUCCESS == "TRUE"
    found = client.select_recipient_data(list_id, email="A@x.example")
    assert (found.EMAIL, found.COLUMNS["City"], found.RecipientId) == ("a@x.example", "Łódź", added.RecipientId)
    assert emulator.tokens.issued == 1


def test_another_client_is_refused_in_words(emulator, client):
    with pytest.raises(SilverpopResponseException, match="not a member"):
        client.select_recipient_data(str(emulator.list_id), email="nobody@x.example")
    with pytest.raises(SilverpopResponseException, match="Invalid XML Request"):
        client.get_lists("1", "2", "3")
    emulator.tokens.expire()
    with pytest.raises(SilverpopResponseException, match="Session has expired"):
        client.select_recipient_data(str(emulator.list_id), email="nobody@x.example")


def test_contacts_stay_in_a_file(tmp_path):
    with SilverpopEmulator(path=tmp_path / "contacts.db", contacts=[{"Email": "a@x.example"}]) as emulator:
        assert emulator.contacts.count() == 1
    with SilverpopEmulator(path=tmp_path / "contacts.db") as emulator:
        emulator.contacts.add([{"Email": "b@x.example"}])
        assert [contact["number"] for contact in emulator.contacts.all()] == [1, 2]
