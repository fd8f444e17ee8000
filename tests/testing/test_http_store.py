"""The small REST store, seen by clients of another make."""

import pytest
import requests

from identitysync.testing import HttpEmulator

PEOPLE = [{"email": f"p{n}@example.com"} for n in range(25)]


def test_a_client_of_another_make_follows_its_links():
    with HttpEmulator(username="me", password="pass") as store:
        store.put("people", PEOPLE)
        url, found = f"{store.url}/people?limit=10", []
        while url:
            answer = requests.get(url, auth=("me", "pass"), timeout=5)
            found += answer.json()["data"]
            url = answer.links.get("next", {}).get("url")
        assert [each["email"] for each in found] == [each["email"] for each in PEOPLE]
        assert requests.get(f"{store.url}/people", timeout=5).status_code == 401


def test_an_oauth_client_of_another_make_gets_a_token_and_renews_it(monkeypatch):
    oauthlib = pytest.importorskip("oauthlib.oauth2")
    session = pytest.importorskip("requests_oauthlib").OAuth2Session
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with HttpEmulator(client_id="me", client_secret="s", refresh_token="r") as store:
        client = session(client=oauthlib.BackendApplicationClient(client_id="me"))
        client.fetch_token(f"{store.url}/oauth/token", client_id="me", client_secret="s")
        assert client.get(f"{store.url}/people").json()["data"] == []
        token = client.refresh_token(f"{store.url}/oauth/token", refresh_token="r", auth=("me", "s"))
        assert token["refresh_token"] == "r+2"
        with pytest.raises(oauthlib.InvalidGrantError):
            client.refresh_token(f"{store.url}/oauth/token", refresh_token="r", auth=("me", "s"))


def test_what_is_written_in_one_way_is_read_in_another_and_a_key_makes_two_calls_one():
    with HttpEmulator() as store:
        url, key = f"{store.url}/people", {"Idempotency-Key": "1"}
        assert requests.post(url, data={"email": "a@x.example"}, headers=key, timeout=5).status_code == 201
        assert (
            requests.post(url, json={"email": "b@x.example"}, headers=key, timeout=5).json()["email"] == "a@x.example"
        )
        assert requests.put(f"{url}/c d", json={"n": 1}, timeout=5).json()["email"] == "c d"
        assert requests.get(f"{url}/c%20d", timeout=5).json()["n"] == 1
        assert requests.delete(f"{url}/c%20d", timeout=5).status_code == 204
        assert [each["email"] for each in store.records("people")] == ["a@x.example"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", 400),
        (b"<x>", 400),
        (b"<x><email></email></x>", 422),
        (b"<x><email>a</email></x>", 201),
    ],
)
def test_xml_is_read_but_never_expanded(body, status):
    with HttpEmulator() as store:
        headers = {"Content-Type": "application/xml"}
        assert requests.post(f"{store.url}/people", data=body, headers=headers, timeout=5).status_code == status


def test_what_it_keeps_may_outlive_it(tmp_path):
    with HttpEmulator(path=tmp_path / "store.db") as store:
        store.put("people", PEOPLE)
    with HttpEmulator(path=tmp_path / "store.db") as store:
        assert store.count("people") == 25
