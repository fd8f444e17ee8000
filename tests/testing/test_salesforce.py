"""The Salesforce emulator refuses what Salesforce refuses, and a client of another make does not notice the difference."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
import requests
import requests.adapters
from simple_salesforce import Salesforce, SalesforceLogin
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from identitysync.testing import SalesforceEmulator
from identitysync.testing.http import Limit
from identitysync.world import FixedClock

SECRETS = {"username": "me@example.com", "password": "pass<&>word", "token": "T0k"}


class WithoutTls(requests.adapters.HTTPAdapter):
    """Simple-salesforce knows https alone."""

    def send(self, request, **options):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **options)


@pytest.fixture
def emulator():
    with SalesforceEmulator(**SECRETS) as emulator:
        yield emulator


def session(emulator):
    session = requests.Session()
    session.mount(emulator.url.replace("http:", "https:"), WithoutTls())
    return session


def client(emulator):
    own = session(emulator)
    id, host = SalesforceLogin("me@example.com", "pass<&>word", "T0k", sf_version="59.0", scratch_url=emulator.url)
    return Salesforce(session_id=id, instance=host, session=own)


def people(count):
    return [{"Uid__c": f"u{n}", "LastName": f"Name, {n}", "Email": f"p{n}@example.com"} for n in range(count)]


def test_simple_salesforce_signs_in_and_is_refused_with_a_wrong_token(emulator):
    client(emulator)
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        SalesforceLogin("me@example.com", "pass<&>word", "wrong", scratch_url=emulator.url)


class ToTheEmulator(WithoutTls):
    """Simple-salesforce signs applications in below salesforce.com alone."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, **options):
        request.url = request.url.replace("https://my-own.my.salesforce.com", self.url)
        return super().send(request, **options)


def test_simple_salesforce_signs_in_as_an_application_and_is_refused_with_a_wrong_secret(emulator):
    own = session(emulator)
    own.mount("https://my-own.my.salesforce.com", ToTheEmulator(emulator.url))
    wanted = {"consumer_key": "key-of-the-emulator", "domain": "my-own.my", "session": own}
    id, host = SalesforceLogin(consumer_secret="secret-of-the-emulator", **wanted)
    assert Salesforce(session_id=id, instance=host, session=own).query("SELECT Id FROM Lead")["totalSize"] == 0
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        SalesforceLogin(consumer_secret="wrong", **wanted)


def test_the_token_endpoint_knows_one_grant_alone(emulator):
    answer = requests.post(f"{emulator.url}/services/oauth2/token", data={"grant_type": "password"}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("version", ["30.0", "65.0"])
def test_versions_that_offer_no_login_say_so(emulator, version):
    with pytest.raises(SalesforceAuthenticationFailed, match="UNSUPPORTED_API_VERSION"):
        SalesforceLogin("me@example.com", "pass<&>word", "T0k", sf_version=version, scratch_url=emulator.url)


def test_simple_salesforce_upserts_by_a_job_and_fetches_its_results(emulator):
    contacts = client(emulator).bulk2.Contact
    records = [*people(5), {"Uid__c": "u9", "LastName": "", "Email": "p9@example.com"}]
    (told,) = contacts.upsert(records=records, external_id_field="Uid__c", wait=0.01)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (6, 1)
    results = contacts.get_all_ingest_records(told["job_id"])
    assert {row["Uid__c"] for row in results["successfulRecords"]} == {f"u{n}" for n in range(5)}
    assert [row["sf__Error"] for row in results["failedRecords"]] == [
        "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    ]
    assert results["unprocessedRecords"] == []
    assert len(emulator.records("contact")) == 5


def test_rows_of_one_external_id_are_all_refused_and_lines_must_end_as_the_job_says(emulator):
    contacts = client(emulator).bulk2.Contact
    records = [*people(2), {"Uid__c": "U1", "LastName": "again", "Email": "p@example.com"}]
    (told,) = contacts.upsert(records=records, external_id_field="Uid__c", wait=0.01)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 2)
    failed = csv.DictReader(io.StringIO(contacts.get_failed_records(told["job_id"])))
    assert [row["sf__Error"].partition(":")[0] for row in failed] == ["DUPLICATE_VALUE"] * 2

    api, own = f"{emulator.url}/services/data/v64.0/jobs/ingest", requests.Session()
    own.headers["Authorization"] = f"Bearer {emulator.sessions.issue()}"
    for ending, data, state in (("LF", b"LastName\r\nA\r\n", "Failed"), ("CRLF", b"LastName\nA\n", "Failed"), ("CRLF", b"LastName\r\nA\r\n", "JobComplete")):  # fmt: skip
        wanted = {"object": "Account", "operation": "insert", "lineEnding": ending}
        job = f"{api}/{own.post(api, json=wanted).json()['id']}"
        own.put(f"{job}/batches", data=data)
        own.patch(job, json={"state": "UploadComplete"})
        assert own.get(job).json()["state"] == state
    assert len(emulator.records("Account")) == 1


def test_simple_salesforce_reads_what_it_wrote_page_by_page(emulator):
    sf = client(emulator)
    sf.bulk2.Contact.insert(records=people(25), wait=0.01)
    found = []
    for page in sf.bulk2.Contact.query("SELECT Uid__c, LastName FROM Contact", max_records=10, wait=0.01):
        found += csv.DictReader(io.StringIO(page))
    assert found == [{"Uid__c": each["Uid__c"], "LastName": each["LastName"]} for each in people(25)]


def test_simple_salesforce_reads_and_writes_single_objects(emulator):
    sf = client(emulator)
    made = sf.Contact.create(people(1)[0])
    assert sf.Contact.get(made["id"])["LastName"] == "Name, 0"
    assert sf.Contact.upsert("Uid__c/u0", {"LastName": "Changed"}) == 200
    assert sf.Contact.upsert("Uid__c/u1", {"LastName": "New"}) == 201
    assert sf.Contact.get_by_custom_id("Uid__c", "u1")["LastName"] == "New"
    found = sf.query("SELECT Id, LastName FROM Contact WHERE LastName = 'Changed' LIMIT 5")
    assert [(each["Id"], each["LastName"]) for each in found["records"]] == [(made["id"], "Changed")]
    with pytest.raises(SalesforceResourceNotFound):
        sf.Contact.get("003none")
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        sf.Contact.create({"FirstName": "Ada"})
    with pytest.raises(SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        sf.query("SELEC Id")


def test_a_field_that_is_known_not_to_be_there_cannot_be_asked_for():
    with SalesforceEmulator(**SECRETS, fields={"Lead": ["Email", "Owner.Name"]}) as emulator:
        sf = client(emulator)
        assert sf.query("SELECT Id, Email, Owner.Name, SystemModstamp FROM Lead")["totalSize"] == 0
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
            sf.query("SELECT Id, Phone FROM Lead")


def test_a_session_ends_and_a_new_one_opens():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    with SalesforceEmulator(**SECRETS, clock=clock, lifetime=60) as emulator:
        sf = client(emulator)
        sf.query("SELECT Id FROM Lead")
        clock.advance(61)
        with pytest.raises(SalesforceExpiredSession):
            sf.query("SELECT Id FROM Lead")
        client(emulator).query("SELECT Id FROM Lead")


def test_too_many_calls_are_refused_as_salesforce_does():
    with SalesforceEmulator(**SECRETS, limit=Limit(calls=2, seconds=60)) as emulator:
        sf = client(emulator)
        sf.query("SELECT Id FROM Lead")
        answer = requests.get(f"{emulator.url}/services/data/v64.0/query", timeout=5)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_objects_are_kept_in_a_file_and_found_again(tmp_path):
    with SalesforceEmulator(**SECRETS, path=tmp_path / "org") as emulator:
        emulator.add("Contact", people(2))
    with SalesforceEmulator(**SECRETS, path=tmp_path / "org") as emulator:
        assert client(emulator).Contact.upsert("Uid__c/U1", {"LastName": "Changed"}) == 200
        emulator.add("Contact", [{"Uid__c": "u2", "LastName": "Third"}])
        assert [each["LastName"] for each in emulator.records("Contact")] == ["Name, 0", "Changed", "Third"]


def test_a_job_goes_its_way_in_order(emulator):
    api, own = f"{emulator.url}/services/data/v64.0/jobs/ingest", requests.Session()
    own.headers["Authorization"] = f"Bearer {emulator.sessions.issue()}"

    def code(answer):
        return answer.status_code, answer.json()[0]["errorCode"]

    wanted = {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Uid__c"}
    assert code(own.post(api, json={**wanted, "externalIdFieldName": "Email"})) == (400, "INVALIDJOB")
    assert code(own.post(api, json={"operation": "dance"})) == (400, "INVALIDJOB")
    job = f"{api}/{own.post(api, json=wanted).json()['id']}"
    assert code(own.get(f"{job}/failedResults")) == (400, "INVALIDJOBSTATE")
    assert own.put(f"{job}/batches", data=b"Uid__c,LastName,no.field\n1,Ada,x\n").status_code == 201
    assert code(own.put(f"{job}/batches", data=b"Uid__c\n1\n")) == (400, "INVALIDJOBSTATE")
    assert own.patch(job, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    assert code(own.patch(job, json={"state": "UploadComplete"})) == (400, "INVALIDJOBSTATE")
    told = own.get(job).json()
    assert (told["state"], told["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : no.field")
    assert own.get(f"{job}/unprocessedrecords/").text.splitlines()[1:] == ['"1","Ada","x"']
    assert own.delete(job).status_code == 204
    assert code(own.get(job)) == (404, "NOT_FOUND")
    assert code(own.post(api.replace("ingest", "other"), json={})) == (404, "NOT_FOUND")
    assert json.loads(requests.get(job, timeout=5).text)[0]["errorCode"] == "INVALID_SESSION_ID"
