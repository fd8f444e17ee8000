"""The emulator of Campaign Monitor, and the vendor's own client for Python, which must not notice it."""

from base64 import b64encode
from datetime import UTC, datetime
from http.client import HTTPConnection

import createsend
import pytest

from identitysync.testing import CampaignMonitorEmulator
from identitysync.values import json_bytes
from identitysync.world import FixedClock, HttpClient


@pytest.fixture
def monitor():
    subscribers = [{"EmailAddress": f"p{n:02}@people.example"} for n in range(25)]
    fields = {"GigyaUID": "Text", "Topics": "MultiSelectMany"}
    with CampaignMonitorEmulator(subscribers=subscribers, custom_fields=fields) as emulator:
        yield emulator


def send(monitor, verb, path, body=None, *, key=None, headers=None):
    pair = b64encode(f"{key or monitor.api_key}:x".encode()).decode()
    client = HttpClient(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    content = body if body is None or isinstance(body, bytes) else json_bytes(body)
    path = path.replace("LIST", monitor.list_id)
    shown = headers or {"Authorization": f"Basic {pair}"}
    return client.send(verb, f"{monitor.url}/api/v3.3{path}", body=content, headers=shown)


def test_the_vendors_own_client_reads_writes_and_is_told_what_is_wrong(monitor, monkeypatch):
    # it speaks TLS alone, which is none of the emulator's business
    monkeypatch.setattr("createsend.createsend.VerifiedHTTPSConnection", HTTPConnection)
    monkeypatch.setattr(createsend.CreateSend, "base_uri", monitor.api_url.rstrip("/"))
    login = {"api_key": monitor.api_key}
    people = createsend.List(login, monitor.list_id)
    person = createsend.Subscriber(login, monitor.list_id, "ada@x.com")

    page = people.active(page=2, page_size=10, order_field="email")
    assert (page.PageNumber, page.NumberOfPages, page.TotalNumberOfRecords) == (2, 3, 25)
    assert [each.EmailAddress for each in page.Results] == [f"p{n}@people.example" for n in range(10, 20)]
    assert [field.Key for field in people.custom_fields()] == ["[GigyaUID]", "[Topics]"]
    fields = [{"Key": "[Topics]", "Value": "a"}, {"Key": "Topics", "Value": "b"}, {"Key": "[GigyaUID]", "Value": "u1"}]
    assert person.add(monitor.list_id, "ada@x.com", "Łucja", fields, True, "Yes") == "ada@x.com"
    found = person.get(include_tracking_preference=True)
    assert (found.Name, found.State, found.ConsentToTrack) == ("Łucja", "Active", "Yes")
    assert [(field.Key, field.Value) for field in found.CustomFields] == [
        ("Topics", "a"), ("Topics", "b"), ("GigyaUID", "u1"),
    ]  # fmt: skip

    some = [
        {"EmailAddress": address, "ConsentToTrack": "Yes"} for address in ("b@x.com", "nobody", "p01@people.example")
    ]
    result = person.import_subscribers(monitor.list_id, some, False)
    assert (result.TotalNewSubscribers, result.TotalExistingSubscribers) == (1, 1)
    assert [(each.EmailAddress, each.Code) for each in result.FailureDetails] == [("nobody", 1)]

    person.unsubscribe()
    assert [each.EmailAddress for each in people.unsubscribed().Results] == ["ada@x.com"]
    with pytest.raises(createsend.BadRequest, match="203: Subscriber not in list or has already been removed"):
        person.unsubscribe()
    person.update("ada@y.com", "Ada", [{"Key": "GigyaUID", "Value": "", "Clear": True}], True, "No")
    assert (person.get().EmailAddress, person.get().State) == ("ada@y.com", "Active")
    person.delete()
    assert [each.EmailAddress for each in people.deleted().Results] == ["ada@y.com"]
    with pytest.raises(createsend.Unauthorized, match="100: Invalid API Key"):
        createsend.List({"api_key": "wrong"}, monitor.list_id).active()
    with pytest.raises(createsend.NotFound):
        people._get("/nothing.json")


@pytest.mark.parametrize(
    ("verb", "path", "body", "code"),
    [
        ("GET", "/lists/other/active.json", None, 101),
        ("GET", "/lists/LIST/active.json?date=yesterday", None, 5),
        ("GET", "/subscribers/LIST.json?email=nobody@x.com", None, 203),
        ("POST", "/subscribers/LIST/import.json", {"Subscribers": []}, 212),
        ("POST", "/subscribers/LIST/import.json", {"Subscribers": [{}] * 1001}, 209),
        ("POST", "/subscribers/LIST/import.json", {"Subscribers": ["x"]}, 400),
        ("POST", "/subscribers/LIST/import.json", b"{", 400),
        ("POST", "/subscribers/LIST.json", {"EmailAddress": "a@x.com"}, 214),
        ("POST", "/subscribers/LIST.json", {"EmailAddress": "nobody"}, 1),
        ("POST", "/subscribers/LIST/unsubscribe.json", {"EmailAddress": "nobody"}, 1),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(monitor, verb, path, body, code):
    answer = send(monitor, verb, path, body)
    assert (answer.status, answer.json()["Code"]) == (400, code)


def test_without_a_key_nothing_is_told(monitor):
    assert send(monitor, "GET", "/systemdate.json", headers={"X": "x"}).json()["Code"] == 50
    assert send(monitor, "GET", "/systemdate.json", headers={"Authorization": "Basic !"}).json()["Code"] == 50
    assert send(monitor, "GET", "/systemdate.json", key="wrong").status == 401
    assert send(monitor, "GET", "/systemdate.json").status == 200
    assert send(monitor, "GET", "/lists/LIST.json").json()["ListID"] == monitor.list_id
    assert send(monitor, "GET", "/lists/LIST/nonsense.json").status == 404


def test_an_address_that_stands_twice_in_an_import_is_told(monitor):
    twice = [{"EmailAddress": address, "ConsentToTrack": "Yes"} for address in ("a@x.com", "A@x.com")]
    result = send(monitor, "POST", "/subscribers/LIST/import.json", {"Subscribers": twice}).json()
    assert (result["TotalUniqueEmailsSubmitted"], result["DuplicateEmailsInSubmission"]) == (1, ["A@x.com"])


def test_subscribers_stay_in_a_file(tmp_path):
    path = tmp_path / "list.db"
    with CampaignMonitorEmulator(path=path) as first:
        first.put([{"EmailAddress": "a@x.com"}])
    with CampaignMonitorEmulator(path=path) as again:
        assert [each["EmailAddress"] for each in again.subscribers()] == ["a@x.com"]
        assert again.api_key not in repr(again)
