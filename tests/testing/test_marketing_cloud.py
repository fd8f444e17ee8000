"""The Marketing Cloud emulator answers as the pages of that API say."""

from datetime import UTC, datetime

import pytest
import requests

from identitysync.testing import MarketingCloudEmulator
from identitysync.testing.http import Limit
from identitysync.world import FixedClock

LOGIN = {
    "grant_type": "client_credentials",
    "client_id": "id-of-the-emulator",
    "client_secret": "secret-of-the-emulator",
}
ROWS = "/data/v1/async/dataextensions/key:GigyaSubscribers/rows"


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


def client(cloud):
    told = requests.post(f"{cloud.url}/v2/token", json=LOGIN, timeout=5).json()
    assert (told["token_type"], told["rest_instance_url"]) == ("Bearer", f"{cloud.url}/")
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {told['access_token']}"
    return session


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"account_id": 7}, 400, "invalid_request"),
    ],
)
def test_a_wrong_login_is_refused_as_oauth_has_it(wrong, status, error):
    with MarketingCloudEmulator() as cloud:
        answer = requests.post(f"{cloud.url}/v2/token", json=LOGIN | wrong, timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_is_over_after_its_time(clock):
    with MarketingCloudEmulator(clock=clock) as cloud:
        session = client(cloud)
        assert session.put(cloud.url + ROWS, json={"items": []}).status_code == 202
        clock.advance(1080)
        answer = session.put(cloud.url + ROWS, json={"items": []})
        assert (answer.status_code, answer.json()["errorcode"]) == (401, 0)


def test_a_request_is_pending_until_it_is_done_and_tells_of_its_rows_page_by_page(clock):
    with MarketingCloudEmulator(clock=clock, processing=10) as cloud:
        session = client(cloud)
        rows = [{"GUID": str(n)} if n % 2 else {"x": n} for n in range(60)]
        id = session.put(cloud.url + ROWS, json={"items": rows}).json()["requestId"]
        status = f"{cloud.url}/data/v1/async/{id}/status"
        assert session.get(status).json()["status"]["requestStatus"] == "Pending"
        clock.advance(10)
        told = session.get(status).json()["status"]
        assert (told["requestStatus"], told["hasErrors"]) == ("Complete", True)
        pages = [session.get(f"{cloud.url}/data/v1/async/{id}/results?$page={page}").json() for page in (1, 2)]
        assert [(page["page"], page["count"], len(page["items"])) for page in pages] == [(1, 60, 50), (2, 60, 10)]
        assert [item["status"] for item in pages[1]["items"]] == ["Error", "OK"] * 5
        found = session.get(f"{cloud.url}/data/v1/customobjectdata/key/GigyaSubscribers/rowset?$page=1").json()
        assert (found["count"], found["items"][0]["values"]) == (30, {"GUID": "1"})


def test_an_insert_of_a_row_that_is_there_violates_the_primary_key():
    with MarketingCloudEmulator() as cloud:
        session = client(cloud)
        for _ in range(2):
            id = session.post(cloud.url + ROWS, json={"items": [{"GUID": "12345_pk"}]}).json()["requestId"]
        (item,) = session.get(f"{cloud.url}/data/v1/async/{id}/results").json()["items"]
        assert item["errorCode"] == "UnexpectedError"
        assert "The duplicate key value is (12345_pk)." in item["message"]


def test_what_is_not_there_is_named():
    with MarketingCloudEmulator() as cloud:
        session = client(cloud)
        answer = session.put(cloud.url + ROWS.replace("Gigya", "No"), json={"items": []})
        assert (answer.status_code, answer.json()["resultMessages"][0]["resultCode"]) == (400, "CustomObjectNotFound")
        answer = session.get(f"{cloud.url}/data/v1/async/none/status")
        assert answer.json()["resultMessages"][0]["resultCode"] == "AsyncRequestStatusNotFound"
        assert session.put(cloud.url + ROWS, json={"rows": []}).json()["errorcode"] == 10003
        assert session.get(f"{cloud.url}/nothing").json()["errorcode"] == 10000


def test_too_many_calls_are_told_when_to_come_back(clock):
    with MarketingCloudEmulator(limit=Limit(calls=1, seconds=30), clock=clock) as cloud:
        session = client(cloud)
        answer = session.put(cloud.url + ROWS, json={"items": []})
        assert (answer.status_code, answer.json()["errorcode"], answer.headers["Retry-After"]) == (429, 50100, "30")


def test_rows_are_kept_in_a_file(tmp_path):
    with MarketingCloudEmulator(path=tmp_path / "rows") as cloud:
        id = client(cloud).put(cloud.url + ROWS, json={"items": [{"GUID": "1", "A": 1}]}).json()["requestId"]
        client(cloud).get(f"{cloud.url}/data/v1/async/{id}/status")
    with MarketingCloudEmulator(path=tmp_path / "rows") as cloud:
        assert cloud.rows("GigyaSubscribers") == [{"GUID": "1", "A": 1}]
