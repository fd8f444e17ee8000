"""The main job, through the command that the README gives, and bad days on its way."""

import gzip

import pytest

import identitysync as idx
from identitysync.cli.demo import export_flow, import_flow, run_demo
from identitysync.testing import GigyaEmulator, SftpServer, generate_accounts

SECRET = "cGxhbnRlZC1zZWNyZXQtb2YtYS10ZXN0"


@pytest.fixture
def servers(tmp_path):
    with SftpServer(tmp_path / "sftp") as sftp, GigyaEmulator("3_a", "AKa", SECRET, generate_accounts(1200)) as gigya:
        login = {
            "host": sftp.host,
            "port": sftp.port,
            "username": "demo",
            "password": "demo-password",
            "hostKeyFingerprint": sftp.host_key_fingerprint,
        }
        yield sftp, gigya, login


def test_the_demo_ends_well_and_compares_what_arrived(capsys, tmp_path):
    assert run_demo(1000, tmp_path)

    told = capsys.readouterr().out
    assert "none differ" in told
    assert "2 unknown, 10 with refused addresses" in told
    assert (tmp_path / "export.svg").read_text().startswith("<svg")
    assert (tmp_path / "sftp" / "outgoing" / "accounts.ok").stat().st_size == 0


@pytest.mark.usefixtures("hurried")
def test_gigyas_bad_days_lose_and_double_nothing(servers):
    sftp, gigya, login = servers
    for kind in ("rate_limit", "error_500", "http_500", "broken_json", "html", "drop"):
        gigya.faults.add(kind, method="accounts.search", times=1, every=2)
    flow = export_flow(login)
    account = flow.step("account")
    flow = flow.replace(idx.Step("account", account.type, {**account.params, "batchSize": 100}))
    job = idx.run(flow, site=gigya.site)

    assert job.status == "succeeded", job.status_details
    (file,) = (sftp.root / "outgoing").glob("*.csv.gz")
    rows = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert len(rows) == 1201
    assert len(set(rows)) == 1201


def test_a_lost_cursor_is_survived(servers):
    _, gigya, _ = servers
    gigya.faults.add("expired_cursor", method="accounts.search", times=2, every=3)
    read = idx.Step("read", "datasource.read.gigya.account", {"select": "UID", "batchSize": 100})
    uids = [record["UID"] for record in idx.stream(idx.Dataflow(steps=[read]), until="read", site=gigya.site)]

    assert sorted(uids) == sorted(account["UID"] for account in gigya.accounts)


def test_rejects_of_gigya_are_routed_with_its_code_and_can_be_replayed(servers, tmp_path):
    _, gigya, login = servers
    idx.run(export_flow(login), site=gigya.site).raise_for_status()
    second = gigya.add_site("3_b", list(generate_accounts(1199)))
    job = idx.run(import_flow(login, tmp_path / "rejects"), site=second.site)

    assert job.steps["gigya"].rejected == 1
    text = (tmp_path / "rejects" / "rejects.csv").read_text()
    assert "403005" in text

    unrouted = import_flow(login, tmp_path / "rejects")
    unrouted = unrouted.remove("rejects").remove("file")
    job = idx.run(unrouted, site=second.site, dead_letters=tmp_path / "dead")
    second.add_accounts(list(generate_accounts(1200))[-1:])
    again = idx.replay(unrouted, job.dead_letters, site=second.site)

    assert job.steps["gigya"].rejected == 1
    assert (again.status, again.steps["gigya"].received, again.steps["gigya"].passed) == ("succeeded", 1, 1)


def test_a_wrong_gigya_secret_fails_clearly_and_publishes_nothing(servers):
    sftp, gigya, login = servers
    site = idx.Site("3_a", "AKa", "d3JvbmcgYnV0IGJhc2U2NA==", url=gigya.url)
    job = idx.run(export_flow(login), site=site)

    assert job.status == "failed"
    assert "403003" in job.status_details
    assert "check the secret" in job.status_details
    assert not list(sftp.root.rglob("*"))


def test_without_a_site_the_error_says_what_to_do(servers):
    _, _, login = servers
    job = idx.run(export_flow(login))

    assert job.status == "failed"
    assert "GIGYA_API_KEY" in job.status_details


def test_a_site_comes_from_the_environment_and_a_step_can_name_another(servers, monkeypatch):
    _, gigya, _ = servers
    other = gigya.add_site("3_other", list(generate_accounts(3, seed=7)))
    for name, value in {"API_KEY": "3_a", "USER_KEY": "AKa", "SECRET": SECRET, "URL": gigya.url}.items():
        monkeypatch.setenv(f"GIGYA_{name}", value)
    params = {"select": "UID"}
    count = {}
    for name, more in (("environment", {}), ("step", {"apiKey": "3_other"})):
        flow = idx.Dataflow(steps=[idx.Step("r", "datasource.read.gigya.account", params | more)])
        count[name] = len(list(idx.stream(flow, until="r")))

    assert count == {"environment": 1200, "step": other.count()}


def test_a_delta_reads_what_changed_since_the_last_run_and_a_minute_before(servers):
    from datetime import timedelta

    _, gigya, _ = servers
    accounts = sorted(gigya.accounts, key=lambda account: account["lastUpdatedTimestamp"])
    from datetime import UTC, datetime

    watermark = datetime.fromtimestamp(accounts[600]["lastUpdatedTimestamp"] / 1000, UTC)
    flow = idx.Dataflow(
        steps=[idx.Step("r", "datasource.read.gigya.account", {"select": "UID"})], last_runtime=watermark
    )
    uids = [record["UID"] for record in idx.stream(flow, until="r", site=gigya.site)]
    since = int((watermark - timedelta(seconds=60)).timestamp() * 1000)

    assert uids == [account["UID"] for account in accounts if account["lastUpdatedTimestamp"] >= since]
    assert len(list(idx.stream(flow, until="r", site=gigya.site, full_extract=True))) == 1200


def test_now_in_where_works_with_a_full_extract_and_is_refused_without(servers):
    _, gigya, _ = servers
    params = {"select": "UID", "where": "lastUpdatedTimestamp < ${now-1h}"}
    flow = idx.Dataflow(steps=[idx.Step("r", "datasource.read.gigya.account", params)])
    out = []

    assert idx.run(flow, site=gigya.site, full_extract=True, outputs={"r": out}).status == "succeeded"
    assert len(out) == 1200
    job = idx.run(flow, site=gigya.site)
    assert job.status == "failed"
    assert "full extract" in job.status_details


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("change", "words"), [
    ({"password": "wrong"}, "does not accept the user 'demo'"),
    ({"port": 9}, "cannot be reached"),
    ({"hostKeyFingerprint": "SHA256:AAAA"}, "shows the host key"),
    ({"hostKeyFingerprint": ""}, "is unknown"),
])  # fmt: skip
def test_a_server_that_cannot_be_used_is_a_clear_error(servers, change, words):
    _, gigya, login = servers
    job = idx.run(export_flow({**login, **change, "timeout": 5}), site=gigya.site, limit=5)

    assert job.status == "failed"
    assert words in job.status_details
    assert "Traceback" not in job.status_details
