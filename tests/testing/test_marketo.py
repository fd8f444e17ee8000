"""The emulator of Marketo, seen by a public client of another make: ``marketorestpython``."""

import hashlib

import pytest
from marketorestpython.client import MarketoClient
from marketorestpython.helper.exceptions import MarketoException

from identitysync.testing import MarketoEmulator


@pytest.fixture
def marketo():
    with MarketoEmulator(fields={"gigyaUID": "string"}) as emulator:
        yield emulator


@pytest.fixture
def client(marketo):
    client = MarketoClient("100-AAA-200", marketo.client_id, marketo.client_secret, max_retry_time=10)
    client.host = marketo.url
    return client


def test_another_client_writes_and_finds_leads(marketo, client):
    people = [{"email": f"p{n}@x.example", "firstName": "Łukasz", "gigyaUID": f"u{n}"} for n in range(3)]
    assert [each["status"] for each in client.create_update_leads(people)] == ["created"] * 3
    answers = client.create_update_leads(
        [*people[:1], {"email": "łukasz@x.example"}, {"city": "Wien"}], "createOrUpdate"
    )
    assert [each["status"] for each in answers] == ["updated", "skipped", "skipped"]
    assert answers[1]["reasons"] == [{"code": "1003", "message": "Invalid data"}]

    found = client.get_multiple_leads_by_filter_type("email", ["p1@x.example", "p2@x.example"], ["email", "gigyaUID"])
    assert [lead["gigyaUID"] for lead in found] == ["u1", "u2"]
    assert client.get_lead_by_id(found[0]["id"])[0]["firstName"] == "Łukasz"
    assert {"email", "gigyaUID"} <= {field["rest"]["name"] for field in client.describe()}


def test_another_client_extracts_leads_in_bulk(marketo, client):
    marketo.leads.add({"email": f"p{n}@x.example", "createdAt": "2026-01-05T00:00:00Z"} for n in range(20))
    marketo.leads.add([{"email": "later@x.example", "createdAt": "2026-02-05T00:00:00Z"}])
    span = {"createdAt": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2026-01-31T00:00:00Z"}}
    (made,) = client.create_leads_export_job(["id", "email", "city"], span)
    assert made["status"] == "Created"
    client.enqueue_leads_export_job(made["exportId"])
    (status,) = client.get_leads_export_job_status(made["exportId"])
    content = client.get_leads_export_job_file(made["exportId"])

    assert (status["status"], status["numberOfRecords"], status["fileSize"]) == ("Completed", 20, len(content))
    assert status["fileChecksum"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert content.decode().splitlines()[:2] == ["id,email,city", "1001,p0@x.example,null"]
    assert [job["exportId"] for job in client.get_leads_export_jobs_list()] == [made["exportId"]]


def test_another_client_is_refused_as_by_marketo(marketo, client):
    with pytest.raises(MarketoException) as raised:
        client.create_leads_export_job(["email"], {"smartListId": 1})
    assert raised.value.code == "1035"
    marketo.fail("606", "Max rate limit '100' exceeded with in '20' secs", times=1)
    with pytest.raises(MarketoException) as raised:
        client.create_update_leads([{"email": "a@x.example"}])  # it waits, but forgets its token when it tries again
    assert raised.value.code == "600"
    client.token = "unknown"
    with pytest.raises(MarketoException) as raised:
        client.describe()
    assert raised.value.code == "601"
    stranger = MarketoClient("100-AAA-200", marketo.client_id, "wrong")
    stranger.host = marketo.url
    with pytest.raises(Exception, match="Bad client credentials"):
        stranger.describe()


def test_leads_stay_in_a_file(tmp_path):
    with MarketoEmulator(path=tmp_path / "marketo.db", leads=[{"email": "a@x.example"}]) as emulator:
        assert emulator.leads.count() == 1
    with MarketoEmulator(path=tmp_path / "marketo.db") as emulator:
        (lead,) = emulator.leads.find("email", ["A@x.example"])
        emulator.leads.add([{"email": "b@x.example"}])
        assert [each["id"] for each in emulator.leads.all()] == [lead["id"], lead["id"] + 1]
