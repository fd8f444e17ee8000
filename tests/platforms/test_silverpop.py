"""Acoustic Campaign (Silverpop): jobs by its XML API, files by SFTP."""

import time
from datetime import UTC, datetime, timedelta

import pytest

import identitysync as idx
from identitysync.errors import AuthenticationFailed, Cancelled, PlatformError, RemoteError
from identitysync.executor import RunSpool
from identitysync.plan import make_plan
from identitysync.platforms.silverpop import SilverpopClient, SilverpopLogin
from identitysync.platforms.xml import read_xml
from identitysync.registry import discover
from identitysync.testing import SilverpopEmulator
from identitysync.values import Secret
from identitysync.world import FixedClock, HttpClient
from tests.platforms.services import PlainServices

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a-planted-client-secret"
REFRESH = "a-planted-refresh-token"
PASSWORD = "a-planted-password"
COLUMNS = ["Gigya UID", "First Name", "Subscribed"]
PEOPLE = [
    {"EMAIL": f"p{n}@x.example", "First Name": 'Łu,"k', "Subscribed": "No" if n % 5 == 0 else "Yes"} for n in range(20)
]


@pytest.fixture
def silverpop():
    with SilverpopEmulator(
        "the-client", SECRET, REFRESH, 85628, "me", PASSWORD, columns=COLUMNS, refuse="refused"
    ) as emulator:
        yield emulator


def params(silverpop, **more):
    return {
        "apiUrl": silverpop.url,
        "podNumber": "1",
        "clientId": "the-client",
        "clientSecret": SECRET,
        "refreshToken": REFRESH,
        "listId": "85628",
        "host": silverpop.sftp.host,
        "port": silverpop.sftp.port,
        "hostKeyFingerprint": silverpop.sftp.host_key_fingerprint,
        "username": "me",
        "password": PASSWORD,
        **more,
    }


def write(silverpop, records, *, separator=",", log_level="info", **more):
    steps = [
        idx.Step("in", "field.rename", {"fields": []}, next=["dsv"]),
        idx.Step(
            "dsv", "file.format.dsv", {"fileName": "people.csv", "columnSeparator": separator}, next=["silverpop"]
        ),
        idx.Step("silverpop", "datasource.write.silverpop", params(silverpop, **more)),
    ]
    return idx.run(idx.Dataflow(name="out", steps=steps), inputs={"in": records}, log_level=log_level)


def read(silverpop, **more):
    step = idx.Step("silverpop", "datasource.read.silverpop", params(silverpop, **more))
    return idx.Dataflow(name="in", steps=[step])


def client(silverpop, clock, **more):
    given = {"client_secret": Secret(SECRET), "refresh_token": Secret(REFRESH), **more}
    login = SilverpopLogin(client_id="the-client", pod_number=1, list_id=85628, api_url=silverpop.url, **given)
    return SilverpopClient(login, HttpClient(clock, jitter=lambda: 0.0), clock)


def left_behind(silverpop):
    return [path.name for path in (silverpop.sftp.root / "upload").iterdir()]


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_a_file_becomes_contacts_and_a_read_sees_them(silverpop, separator):
    job = write(silverpop, PEOPLE, separator=separator)

    assert job.status == "succeeded", job.status_details
    assert silverpop.contacts.count() == 20
    assert silverpop.contacts.find("P3@x.example")["values"] == {
        "Email": "p3@x.example", "First Name": 'Łu,"k', "Subscribed": "Yes"
    }  # fmt: skip
    assert left_behind(silverpop) == []
    assert any("has added 20 contacts" in line for line in job.trace)
    found = list(idx.stream(read(silverpop, columns="Email, First Name"), until="silverpop"))
    assert found == [{"Email": person["EMAIL"], "First Name": person["First Name"]} for person in PEOPLE]
    assert list(next(iter(idx.stream(read(silverpop), until="silverpop")))) == ["Email", *COLUMNS]


def test_contacts_that_are_there_are_updated(silverpop):
    write(silverpop, PEOPLE)
    job = write(silverpop, [{"EMAIL": "p3@x.example", "Gigya UID": "u3"}, {"EMAIL": "new@x.example"}])

    assert any("has added 1 contacts and updated 1" in line for line in job.trace)
    assert silverpop.contacts.find("p3@x.example")["values"]["Gigya UID"] == "u3"
    assert silverpop.contacts.find("p3@x.example")["values"]["First Name"] == 'Łu,"k'


def test_only_the_columns_that_are_named_are_imported(silverpop):
    write(silverpop, PEOPLE, columns="First Name")
    assert silverpop.contacts.find("p3@x.example")["values"] == {"Email": "p3@x.example", "First Name": 'Łu,"k'}


def test_contacts_can_be_found_by_another_column(silverpop):
    write(silverpop, [{"EMAIL": "old@x.example", "Gigya UID": "u1"}], syncFields=["Gigya UID"])
    write(silverpop, [{"EMAIL": "new@x.example", "Gigya UID": "u1"}], syncFields="Gigya UID")
    (contact,) = silverpop.contacts.all()
    assert contact["values"]["Email"] == "new@x.example"


def test_who_wants_no_mails_is_opted_out_and_nobody_else(silverpop):
    write(silverpop, PEOPLE, newsletterField="Subscribed")
    assert [contact["values"]["Email"] for contact in silverpop.contacts.all() if contact["opted_out"]] == [
        f"p{n}@x.example" for n in (0, 5, 10, 15)
    ]
    assert left_behind(silverpop) == []


def test_rows_that_are_not_taken_are_errors_in_the_trace_and_their_file_is_named(silverpop):
    records = [*PEOPLE, {"EMAIL": "nobody"}, {"EMAIL": "a@refused.example"}, {"EMAIL": "p1@x.example"}]
    job = write(silverpop, records)

    assert job.status == "succeeded"
    assert silverpop.contacts.count() == 20
    (line,) = [line for line in job.trace if "did not take all rows" in line]
    assert "bad addresses 1, bad records 1, duplicates 1; see download/" in line
    assert not any("nobody" in line for line in job.trace)

    debug = write(silverpop, records, log_level="debug")
    assert any("line 22: invalid e-mail address: nobody" in line for line in debug.trace)


def test_a_job_that_names_no_file_of_errors_tells_the_counts_alone(silverpop, monkeypatch):
    whole = silverpop.jobs._import

    def told(*given):
        return {name: value for name, value in whole(*given).items() if name != "ERROR_FILE_NAME"}

    monkeypatch.setattr(silverpop.jobs, "_import", told)
    job = write(silverpop, [*PEOPLE, {"EMAIL": "nobody"}])
    assert job.status == "succeeded"
    (line,) = [line for line in job.trace if " error " in line]
    assert line.endswith("bad addresses 1, and does not say which")


def test_an_import_that_fails_fails_the_job_and_leaves_nothing_behind(silverpop):
    silverpop.jobs.fail_next = 1
    job = write(silverpop, PEOPLE)
    assert job.status == "failed"
    assert "ended as ERROR" in job.status_details
    assert left_behind(silverpop) == []

    job = write(silverpop, PEOPLE, listId=1)
    assert job.status == "failed"
    assert "List 1 does not exist" in job.status_details


def test_an_upload_ends_in_its_middle_when_the_run_shall_stop_and_leaves_nothing(silverpop, tmp_path):
    class Services(PlainServices):
        left, spool = 5, RunSpool()

        def check(self):
            self.left -= 1
            if self.left < 0:
                raise Cancelled("stop")

    big = tmp_path / "people.csv"
    big.write_bytes(b"EMAIL\n" + b"a@x.example\n" * 3_000_000)
    services = Services()
    wires = params(silverpop)
    step = idx.Step("silverpop", "datasource.write.silverpop", wires)
    script = make_plan(idx.Dataflow(name="out", steps=[step]), discover(), fed=["silverpop"]).steps["silverpop"].script
    writer = script.open(services)
    try:
        with pytest.raises(Cancelled):
            writer.stage(idx.File("people.csv", big), services)
    finally:
        writer.close()
        services.spool.close()
    assert (services.left, left_behind(silverpop)) == (-1, [])


def test_who_stops_waiting_leaves_the_files_to_the_job_and_says_so(silverpop):
    silverpop.jobs.seconds = 3600
    steps = [
        idx.Step("in", "field.rename", {"fields": []}, next=["dsv"]),
        idx.Step("dsv", "file.format.dsv", {"fileName": "people.csv", "columnSeparator": ","}, next=["silverpop"]),
        idx.Step("silverpop", "datasource.write.silverpop", params(silverpop)),
    ]
    with idx.start(idx.Dataflow(name="out", steps=steps), inputs={"in": PEOPLE}) as running:
        while sum(call.path == "/XMLAPI" for call in silverpop.calls) < 2:
            time.sleep(0.01)
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
    assert sorted(left_behind(silverpop)) == ["people.csv", "people_map.xml"]
    assert any("people.csv and people_map.xml stay in upload" in line for line in job.trace)


def test_nothing_is_imported_when_another_file_of_the_run_cannot_be(silverpop, tmp_path):
    write_step = idx.Step("silverpop", "datasource.write.silverpop", params(silverpop))
    files = [idx.File("good.csv", b"EMAIL\na@x.example\n"), idx.File("bad.csv", b"First Name\nAda\n")]
    steps = [idx.Step("in", "datasource.read.file", {"url": str(tmp_path)}, next=["silverpop"]), write_step]
    job = idx.run(idx.Dataflow(name="two", steps=steps), inputs={"in": files})

    assert job.status == "failed"
    assert "there is no column 'EMAIL'" in job.status_details
    assert silverpop.contacts.count() == 0
    assert left_behind(silverpop) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no header"),
        (b"EMAIL;City\n", "parted by ';'"),
        (b"EMAIL,email\n", "a name of its own"),
        (b"\x1f\x8b\x08\x00\xff\xfe", "no text in UTF-8"),
        (b"EMAIL,a\x00b\nx,y\n", ""),
        (b"EMAIL,a\x01b\nx,y\n", "control characters"),
    ],
)
def test_a_file_that_is_none_of_contacts_is_told_and_not_sent(silverpop, tmp_path, content, told):
    steps = [
        idx.Step("in", "datasource.read.file", {"url": str(tmp_path)}, next=["silverpop"]),
        idx.Step("silverpop", "datasource.write.silverpop", params(silverpop)),
    ]
    job = idx.run(idx.Dataflow(name="odd", steps=steps), inputs={"in": [idx.File("odd.csv", content)]})
    assert job.status == "failed"
    assert told in job.status_details
    assert left_behind(silverpop) == []


def test_a_delta_asks_for_whole_days_and_misses_nothing(silverpop):
    now = datetime.now(UTC)
    silverpop.contacts.add([{"Email": "old@x.example"}], modified=now - timedelta(days=30))
    silverpop.contacts.add([{"Email": "new@x.example"}], modified=now - timedelta(minutes=5))
    flow = idx.Dataflow(name="delta", steps=read(silverpop).steps, last_runtime=now - timedelta(minutes=10))
    found = idx.stream(flow, until="silverpop", full_extract=False)
    assert [contact["Email"] for contact in found] == ["new@x.example"]


def test_a_long_job_is_asked_for_with_growing_pauses():
    clock = FixedClock(NOW)
    with SilverpopEmulator("the-client", SECRET, REFRESH, clock=clock, job_seconds=1000) as silverpop:
        calls = client(silverpop, clock)
        job, path = calls.export_list([])
        assert calls.ended(job).id == job
        assert (silverpop.sftp.root / path.lstrip("/")).read_text("utf-8").startswith("Email,")
        assert len(silverpop.calls) < 30


def test_a_token_is_renewed_in_time_and_when_the_session_is_over():
    clock = FixedClock(NOW)
    with SilverpopEmulator("the-client", SECRET, REFRESH, clock=clock) as silverpop:
        calls = client(silverpop, clock)
        for _ in range(3):
            calls.export_list([])
        assert silverpop.tokens.issued == 1
        clock.advance(4 * 3600)
        calls.export_list([])
        silverpop.tokens.expire()
        calls.export_list([])
        assert silverpop.tokens.issued == 3


@pytest.mark.parametrize("wrong", [{"client_secret": Secret("wrong-one")}, {"refresh_token": Secret("wrong-one")}])
def test_wrong_credentials_are_told_and_never_shown(silverpop, wrong):
    with pytest.raises(AuthenticationFailed) as raised:
        client(silverpop, FixedClock(NOW), **wrong).export_list([])
    assert "wrong-one" not in str(raised.value)


def test_a_wrong_password_of_the_sftp_server_fails_the_job_and_shows_no_secret(silverpop):
    job = write(silverpop, PEOPLE, password="wrong-one")
    shown = repr(job) + "".join(job.trace)
    assert job.status == "failed" or job.rejects
    assert not any(secret in shown for secret in ("wrong-one", SECRET, REFRESH))


@pytest.mark.parametrize("fault", ["http_429", "http_500", "http_503", "broken_json", "html", "drop", "lost"])
def test_bad_days_pass(silverpop, fault):
    silverpop.faults.add(fault, every=2, times=-1)
    calls = client(silverpop, FixedClock(NOW))
    job, _ = calls.export_list(["Email"])
    assert calls.ended(job).id == job


def test_an_import_whose_answer_was_lost_brings_each_contact_once(silverpop):
    silverpop.faults.add("lost", method="POST /XMLAPI", every=2, times=-1)
    assert write(silverpop, PEOPLE, newsletterField="Subscribed").status == "succeeded"
    assert silverpop.contacts.count() == 20
    assert sum(contact["opted_out"] for contact in silverpop.contacts.all()) == 4
    assert left_behind(silverpop) == []


def test_a_command_that_is_refused_is_refused_once_with_the_platforms_words(silverpop):
    with pytest.raises(PlatformError, match="Column Nowhere does not exist"):
        client(silverpop, FixedClock(NOW)).export_list(["Nowhere"])
    assert len(silverpop.calls) == 2


def test_the_slip_of_the_original_templates_is_named_with_a_hint(silverpop):
    given = params(silverpop)
    given["podNumer"] = given.pop("podNumber")
    faults = idx.check(idx.Dataflow(name="x", steps=[idx.Step("s", "datasource.read.silverpop", given)]))
    (slip,) = [fault for fault in faults if fault.code == "unknown-parameter"]
    assert "podNumber" in slip.hint


@pytest.mark.parametrize(("pod", "host"), [(1, "us-1"), ("6", "eu-1"), ("a", "ap-1"), (9, "us-6")])
def test_the_pod_tells_the_address(pod, host):
    login = SilverpopLogin(
        client_id="c", client_secret=Secret("s"), refresh_token=Secret("r"), pod_number=pod, list_id=1
    )
    assert login.root == f"https://api-campaign-{host}.goacoustic.com"


def test_an_unknown_pod_is_told_unless_there_is_an_address(silverpop):
    def codes(**given):
        steps = [idx.Step("s", "datasource.read.silverpop", params(silverpop, podNumber="12", **given))]
        return [fault.code for fault in idx.check(idx.Dataflow(name="x", steps=steps)) if fault.severity == "error"]

    assert "invalid-parameter" in codes(apiUrl="")
    assert "invalid-parameter" not in codes()


def test_a_job_that_was_cancelled_is_no_success(silverpop, monkeypatch):
    calls = client(silverpop, FixedClock(NOW))
    answer = read_xml(
        b"<RESULT><JOB_STATUS>CANCELLED</JOB_STATUS><JOB_DESCRIPTION>Importing</JOB_DESCRIPTION></RESULT>"
    )
    monkeypatch.setattr(calls, "call", lambda command: answer)
    with pytest.raises(RemoteError, match="ended as CANCELLED"):
        calls.ended("7")


def test_a_connection_that_drops_in_the_middle_of_a_file_loses_nothing(silverpop):
    people = [{"EMAIL": f"p{n}@x.example", "First Name": "Ł" * 500} for n in range(400)]
    silverpop.sftp.drop_after = 200_000
    assert write(silverpop, people).status == "succeeded"
    silverpop.sftp.drop_after = 200_000
    assert len(list(idx.stream(read(silverpop), until="silverpop"))) == 400
    assert silverpop.sftp.broken_off == 2
