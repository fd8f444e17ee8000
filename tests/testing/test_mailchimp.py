"""The emulator of Mailchimp, and public clients of other make, Mailchimp's own among them, that must not notice it."""

import hashlib
from datetime import UTC, datetime

import mailchimp3
import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from identitysync.testing import MailchimpEmulator
from identitysync.values import json_bytes
from identitysync.world import FixedClock, HttpClient


@pytest.fixture
def mailchimp():
    members = [{"email_address": f"p{n}@people.example", "status": "subscribed"} for n in range(25)]
    with MailchimpEmulator(members=members, merge_fields={"FNAME": "text", "LNAME": "text"}, required=["LNAME"]) as it:
        yield it


def hash_of(address):
    return hashlib.md5(address.lower().encode()).hexdigest()


def send(mailchimp, verb, path, body=None, *, key=None):
    from base64 import b64encode

    pair = b64encode(f"any:{key or mailchimp.api_key}".encode()).decode()
    client = HttpClient(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    content = None if body is None else json_bytes(body)
    return client.send(verb, f"{mailchimp.url}{path}", body=content, headers={"Authorization": f"Basic {pair}"})


def test_mailchimps_own_client_reads_writes_and_is_told_what_is_wrong(mailchimp):
    client = mailchimp_marketing.Client()
    client.set_config({"api_key": mailchimp.api_key, "server": ""})
    client.api_client.host = f"{mailchimp.url}/3.0"
    list_id = mailchimp.list_id

    assert client.ping.get()["health_status"] == "Everything's Chimpy!"
    page = client.lists.get_list_members_info(
        list_id, count=10, offset=20, fields=["members.email_address", "total_items"]
    )
    assert page == {"members": [{"email_address": f"p{n}@people.example"} for n in range(20, 25)], "total_items": 25}
    body = {
        "members": [
            {"email_address": "Ada@x.com", "status": "subscribed", "merge_fields": {"FNAME": "Łucja", "LNAME": "L"}},
            {"email_address": "p1@people.example", "status": "unsubscribed", "merge_fields": {"LNAME": "P"}},
            {"email_address": "nobody", "status": "subscribed"},
        ],
        "update_existing": True,
    }
    answer = client.lists.batch_list_members(list_id, body)
    assert (answer["total_created"], answer["total_updated"], answer["error_count"]) == (1, 1, 1)
    assert answer["errors"][0]["email_address"] == "nobody"
    ada = client.lists.get_list_member(list_id, hash_of("ada@x.com"))
    assert (ada["full_name"], ada["id"]) == ("Łucja L", hash_of("ada@x.com"))
    with pytest.raises(ApiClientError) as caught:
        client.lists.add_list_member(list_id, {"email_address": "ada@x.com", "status": "subscribed"})
    assert "Member Exists" in caught.value.text
    client.lists.update_list_member_tags(list_id, ada["id"], {"tags": [{"name": "vip", "status": "active"}]})
    assert [tag["name"] for tag in client.lists.get_list_member(list_id, ada["id"])["tags"]] == ["vip"]
    client.lists.delete_list_member(list_id, ada["id"])
    assert client.lists.get_list_member(list_id, ada["id"])["status"] == "archived"


def test_another_client_pages_through_everybody(mailchimp):
    client = mailchimp3.MailChimp(mc_api=mailchimp.api_key, mc_user="any")
    client.base_url = mailchimp.api_url
    everybody = client.lists.members.all(mailchimp.list_id, get_all=True, fields="members.email_address,total_items")
    assert len(everybody["members"]) == 25
    made = client.lists.members.create_or_update(
        mailchimp.list_id,
        hash_of("b@x.com"),
        {"email_address": "b@x.com", "status_if_new": "pending", "merge_fields": {"LNAME": "B"}},
    )
    assert made["status"] == "pending"


def test_a_wrong_key_is_refused_and_a_bearer_is_as_good(mailchimp):
    answer = send(mailchimp, "GET", "/3.0/ping", key="wrong-us6")
    assert (answer.status, answer.json()["title"]) == (401, "API Key Invalid")
    assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    client = HttpClient(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    shown = {"Authorization": f"Bearer {mailchimp.api_key}"}
    assert client.send("GET", f"{mailchimp.url}/3.0/ping", headers=shown).status == 200
    assert client.send("GET", f"{mailchimp.url}/3.0/ping", headers={"Authorization": "Basic !"}).status == 401


@pytest.mark.parametrize(
    ("verb", "path", "status", "title"),
    [
        ("GET", "/3.0/nothing", 404, "Resource Not Found"),
        ("GET", "/3.0/lists/other/members", 404, "Resource Not Found"),
        ("GET", "/3.0/lists/LIST/members/0", 404, "Resource Not Found"),
        ("PUT", "/3.0/ping", 405, "Method Not Allowed"),
        ("GET", "/3.0/lists/LIST/members?count=1001", 400, "Invalid Resource"),
        ("GET", "/3.0/lists/LIST/members?since_last_changed=yesterday", 400, "Invalid Resource"),
        ("GET", "/3.0/lists/LIST/members?sort_field=name", 400, "Invalid Resource"),
        ("POST", "/3.0/lists/LIST", 400, "JSON Parse Error"),
    ],
)
def test_what_cannot_be_is_refused_as_a_problem(mailchimp, verb, path, status, title):
    answer = send(mailchimp, verb, path.replace("LIST", mailchimp.list_id))
    assert (answer.status, answer.json()["title"]) == (status, title)


def test_a_batch_of_more_than_500_and_one_with_an_address_twice_are_refused(mailchimp):
    path = f"/3.0/lists/{mailchimp.list_id}"
    many = [{"email_address": f"n{n}@x.com", "status": "subscribed"} for n in range(501)]
    assert send(mailchimp, "POST", path, {"members": many}).status == 400
    twice = {"email_address": "a@x.com", "status": "subscribed", "merge_fields": {"LNAME": "A"}}
    answer = send(mailchimp, "POST", path, {"members": [twice, {**twice, "email_address": "A@X.com"}]}).json()
    assert (answer["total_created"], answer["errors"][0]["email_address"]) == (1, "A@X.com")


def test_without_update_existing_a_member_that_is_there_is_an_error(mailchimp):
    member = {"email_address": "p1@people.example", "status": "subscribed", "merge_fields": {"LNAME": "A"}}
    answer = send(mailchimp, "POST", f"/3.0/lists/{mailchimp.list_id}", {"members": [member]}).json()
    assert answer["errors"][0]["error_code"] == "ERROR_CONTACT_EXISTS"


def test_a_required_merge_field_is_wanted(mailchimp):
    member = {"email_address": "a@x.com", "status": "subscribed"}
    answer = send(mailchimp, "POST", f"/3.0/lists/{mailchimp.list_id}/members", member)
    assert answer.json()["errors"] == [{"field": "LNAME", "message": "Please enter a value"}]


def test_who_left_may_be_asked_to_confirm_but_not_subscribed(mailchimp):
    mailchimp.leave("p1@people.example")
    path = f"/3.0/lists/{mailchimp.list_id}/members/{hash_of('p1@people.example')}"
    name = {"merge_fields": {"LNAME": "A"}}
    assert (
        send(mailchimp, "PATCH", path, {"status": "subscribed", **name}).json()["title"] == "Member In Compliance State"
    )
    assert send(mailchimp, "PATCH", path, {"status": "pending", **name}).status == 200


def test_who_was_deleted_for_good_stays_away(mailchimp):
    member = f"/3.0/lists/{mailchimp.list_id}/members/{hash_of('p1@people.example')}"
    assert send(mailchimp, "POST", f"{member}/actions/delete-permanent").status == 204
    again = {"email_address": "p1@people.example", "status": "subscribed", "merge_fields": {"LNAME": "A"}}
    answer = send(mailchimp, "POST", f"/3.0/lists/{mailchimp.list_id}/members", again)
    assert answer.json()["title"] == "Forgotten Email Not Subscribed"


def test_members_stay_in_a_file(tmp_path):
    path = tmp_path / "audience.db"
    with MailchimpEmulator(path=path) as first:
        first.put([{"email_address": "a@x.com", "status": "subscribed"}])
    with MailchimpEmulator(path=path) as again:
        assert [member["email_address"] for member in again.members()] == ["a@x.com"]
        assert again.api_key not in repr(again)
