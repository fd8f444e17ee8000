"""Real dataflows from Gigya to Gigya, to files, and back: rebuilt step by step, run against the emulators.

Object stores stand in the originals where folders stand here; they have tests of their own.
"""

import base64
import csv
import gzip
import io
import json

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, SftpServer, generate_accounts

OTHER = {"apiKey": "3_b", "userKey": "AKb", "secret": "${env:OTHER_SECRET}"}
LOOKUP = {
    "handleFieldConflicts": "take_lookup", "matchBehavior": "process", "mismatchBehavior": "error",
    "isCaseSensitive": False, "from": "accounts", "batchSize": 200, "maxConcurrency": 1,
}  # fmt: skip


@pytest.fixture
def gigya(monkeypatch):
    monkeypatch.setenv("OTHER_SECRET", "b3RoZXItc2VjcmV0")
    with GigyaEmulator("3_a", "AKa", accounts=generate_accounts(300)) as emulator:
        emulator.add_site("3_b", user_key="AKb", secret="b3RoZXItc2VjcmV0")
        yield emulator


@pytest.fixture
def other(gigya):
    return gigya._sites["3_b"]


@pytest.fixture
def sftp(tmp_path):
    with SftpServer(tmp_path / "sftp") as server:
        yield server


def login(server):
    return {
        "host": server.host, "port": str(server.port), "username": "demo", "password": "${env:SFTP_PASSWORD}",
        "hostKeyFingerprint": server.host_key_fingerprint, "timeout": 60,
    }  # fmt: skip


def run(steps, site, **options):
    """Load a flow as an export has it, find nothing wrong with it, run it."""
    flow = idx.Dataflow.from_json(json.dumps({"name": "flow", "steps": steps}))
    assert [str(fault) for fault in idx.check(flow) if fault.severity != "info"] == []
    job = idx.run(flow, site=site, progress=False, **options)
    assert job.status == "succeeded", job.status_details
    return job


def put(folder, name, records):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(records))
    return str(folder / name)


def read(path):
    return json.loads(path.read_text())


ONLY_FULL = """
function process(record, ctx, logger, next, error) {
  if (record === null) return null;
  if (!record.hasFullAccount) {
    error.accept({ email: record.email, _errorDetails: { errorMessage: "there is only a lite account" } }, record);
    return null;
  }
  return record;
}
"""


def javascript(source):
    """A script as flows of today have it."""
    text = base64.b64encode(source.encode()).decode()
    return {"script": text, "ECMAScriptVersion": "5.1", "notifyLastRecord": True}


def entries(*given):
    return [dict(zip(("paramName", "sourceField", "value"), each, strict=True)) for each in given]


def test_a_site_is_copied_to_another_with_passwords_and_subscriptions(gigya, other):
    for number, account in enumerate(list(gigya.accounts)):
        more = {"password": {"hash": f"h{number}", "hashSettings": {"algorithm": "bcrypt"}}}
        more["subscriptions"] = {"news": {"email": {"isSubscribed": number % 2 == 0}}}
        more["loginIDs"] = {"emails": [account["profile"]["email"]]}
        gigya.site.put(account | more)
    include = ["password", "subscriptions", "loginIDs"]
    run([
        {"id": "account", "type": "datasource.read.gigya.account", "params": {"select": "*", "include": include, "batchSize": 70}, "next": ["import"]},
        {"id": "import", "type": "datasource.write.gigya.importaccount", "params": {"importPolicy": "upsert", "maxConnections": 20, **OTHER}},
    ], gigya.site)  # fmt: skip

    copies = {account["UID"]: account for account in other.accounts}
    assert len(copies) == 300
    for account in gigya.accounts:
        copy = copies[account["UID"]]
        assert {name: copy[name] for name in ("profile", "password", "loginIDs", "created")} == {
            name: {k: v for k, v in account[name].items() if v is not None} if name == "profile" else account[name]
            for name in ("profile", "password", "loginIDs", "created")
        }
        news = copy["subscriptions"]["news"]["email"]["isSubscribed"]
        assert news == account["subscriptions"]["news"]["email"]["isSubscribed"]


def test_accounts_are_provisioned_whether_they_exist_or_not(gigya, tmp_path):
    known = next(iter(gigya.accounts))
    source = put(tmp_path / "in", "people.json", [
        {"profile": {"email": known["profile"]["email"].upper(), "firstName": "X"}, "password": "p", "data": {"a": 1}},
        {"UID": "new-1", "profile": {"email": "new@example.com", "firstName": "New"}, "data": {"a": 2}},
        {"profile": {"email": "nobody@example.com"}},
    ])  # fmt: skip
    email = "profile.email"
    fields = [{"sourceField": email, "gigyaField": "loginIDs.emails"}, {"sourceField": email, "gigyaField": email}]
    job = run([
        {"id": "Read files from S3", "type": "datasource.read.file", "params": {"url": source}, "next": ["Parse json file"]},
        {"id": "Parse json file", "type": "file.parse.json", "params": {"addFilename": False}, "next": ["Inject jobId"]},
        {"id": "Inject jobId", "type": "field.add", "params": {"fields": [{"field": "data.idxImportJobID", "value": "${jobId}"}]}, "next": ["Is account existing?"]},
        {"id": "Is account existing?", "type": "datasource.lookup.gigya.account", "params": {**LOOKUP, "select": "UID, profile.email, loginIDs.emails", "lookupFields": fields, "lookupFieldsOperator": "OR"}, "next": ["Remove fields from existing", "Create matched report"], "error": ["Create unmatched report", "Import account"]},
        {"id": "Remove fields from existing", "type": "field.remove", "params": {"fields": ["password", "profile"]}, "next": ["Import account"]},
        {"id": "Import account", "type": "datasource.write.gigya.importaccount", "params": {"importPolicy": "upsert", "handleIdentityConflicts": "connect", "maxConnections": 20, "addResponse": False}, "next": ["Record loaded data"], "error": ["Create error report"]},
        *({"id": id, "type": "file.format.json", "params": {"fileName": name, "maxFileSize": 5000, "createEmptyFile": False}, "next": ["Save reports"]}
          for id, name in {"Record loaded data": "success.json", "Create error report": "error_logs.json", "Create matched report": "matched.json", "Create unmatched report": "unmatched.json"}.items()),
        {"id": "Save reports", "type": "datasource.write.file", "params": {"url": str(tmp_path / "out")}},
    ], gigya.site)  # fmt: skip

    out = tmp_path / "out"
    assert [record["UID"] for record in read(out / "matched.json")] == [known["UID"]]
    assert [record["profile"]["email"] for record in read(out / "unmatched.json")] == [
        "new@example.com",
        "nobody@example.com",
    ]
    assert {record["UID"] for record in read(out / "success.json")} == {known["UID"], "new-1"}
    (error,) = read(out / "error_logs.json")
    assert error["_errorDetails"]["errorCode"] == 400002
    assert error["_errorDetails"]["step"] == "Import account"
    changed = gigya.account(known["UID"])
    assert changed["data"]["idxImportJobID"] == job.id
    assert changed["profile"]["firstName"] == known["profile"]["firstName"]
    assert "password" not in changed


def test_lite_accounts_are_imported_and_what_gigya_refuses_is_a_file(gigya, other, sftp, monkeypatch):
    monkeypatch.setenv("SFTP_PASSWORD", "demo-password")
    (sftp.root / "in").mkdir()
    people = [{"email": f"l{n}@example.com", "profile": {"firstName": f"L{n}"}, "data": {"n": n}} for n in range(50)]
    (sftp.root / "in" / "accounts.json").write_text(json.dumps([*people, {"email": "no address"}, {"profile": {}}]))
    params = entries(("profile", "profile", ""), ("data", "data", ""), ("email", "email", ""), ("UID", "UID", ""))
    job = run([
        {"id": "sftp", "type": "datasource.read.sftp", "params": {**login(sftp), "remotePath": "in", "fileNameRegex": "accounts.json"}, "next": ["parse JSON"]},
        {"id": "parse JSON", "type": "file.parse.json", "params": {"addFilename": False}, "next": ["injectJobId"]},
        {"id": "injectJobId", "type": "field.add", "params": {"fields": [{"field": "data.idxImportJobID", "value": "${jobId}"}]}, "next": ["Import Lite Account"]},
        {"id": "Import Lite Account", "type": "datasource.write.gigya.generic", "params": {"apiMethod": "accounts.importLiteAccount", "maxConnections": 20, "apiParams": params, "addResponse": False, **OTHER}, "next": [], "error": ["Format Error File"]},
        {"id": "Format Error File", "type": "file.format.json", "params": {"fileName": "import_lite_accounts_errors_${now}.json", "maxFileSize": 5000, "createEmptyFile": False}, "next": ["Save errors"]},
        {"id": "Save errors", "type": "datasource.write.sftp", "params": {**login(sftp), "remotePath": "out", "temporaryUploadExtension": False}},
    ], gigya.site)  # fmt: skip

    lite = list(other.lite_accounts)
    assert sorted(each["data"]["n"] for each in lite) == list(range(50))
    assert {each["data"]["idxImportJobID"] for each in lite} == {job.id}
    (errors,) = (sftp.root / "out").glob("import_lite_accounts_errors_*.json")
    assert [each["_errorDetails"]["errorCode"] for each in read(errors)] == [400009, 400002]


def test_passwords_are_reset_for_those_who_have_a_full_account(gigya, tmp_path):
    known = list(gigya.accounts)[:3]
    gigya.site.put(
        {"UID": "lite", "isLite": True, "profile": {"email": "lite@example.com", "firstName": "L", "lastName": "L"}}
    )
    rows = [(a["profile"]["email"], a["profile"]["firstName"], a["profile"]["lastName"], "n3w") for a in known]
    rows += [("lite@example.com", "L", "L", "n3w"), (known[0]["profile"]["email"], "Wrong", "Name", "n3w")]
    text = io.StringIO()
    csv.writer(text).writerows([("email", "firstName", "lastName", "newPassword"), *rows])
    (tmp_path / "go.csv").write_text(text.getvalue())
    names = [{"sourceField": name, "gigyaField": f"profile.{name}"} for name in ("firstName", "lastName")]
    run([
        {"id": "GO_requests", "type": "datasource.read.file", "params": {"url": str(tmp_path / "go.csv")}, "next": ["parseGOdsv"]},
        {"id": "parseGOdsv", "type": "file.parse.dsv", "params": {"columnSeparator": ",", "inferTypes": True, "addFilename": False, "fileCharset": "auto-detect"}, "next": ["Lookup for Lite Accounts"]},
        {"id": "Lookup for Lite Accounts", "type": "datasource.lookup.gigya.account", "params": {**LOOKUP, "select": "UID, email, hasLiteAccount, hasFullAccount, profile", "lookupFields": [{"sourceField": "email", "gigyaField": "email"}, *names], "lookupFieldsOperator": "AND", "from": "emailAccounts"}, "next": ["Validate if Lite Account"], "error": ["formatGOErrorFile"]},
        {"id": "Validate if Lite Account", "type": "record.evaluate", "params": javascript(ONLY_FULL), "next": ["lookupGOAccount"], "error": ["formatGOErrorFile"]},
        {"id": "lookupGOAccount", "type": "datasource.lookup.gigya.account", "params": {**LOOKUP, "select": "UID, loginIDs, preferences, profile, data", "lookupFields": [{"sourceField": "UID", "gigyaField": "UID"}, {"sourceField": "email", "gigyaField": "loginIDs.email"}], "lookupFieldsOperator": "OR"}, "next": ["gigyaGenericWriter (GO)"], "error": ["formatGOErrorFile"]},
        {"id": "gigyaGenericWriter (GO)", "type": "datasource.write.gigya.generic", "params": {"maxConnections": 10, "apiMethod": "accounts.setAccountInfo", "apiParams": entries(("UID", "UID", ""), ("newPassword", "newPassword", ""), ("securityOverride", "", "true")), "addResponse": False}, "next": ["file.format.json"], "error": ["formatGOErrorFile"]},
        {"id": "file.format.json", "type": "file.format.json", "params": {"fileName": "success/reset_pw_success_${jobId}.json", "maxFileSize": 5000, "createEmptyFile": False}, "next": ["amazon.s3"]},
        {"id": "formatGOErrorFile", "type": "file.format.json", "params": {"fileName": "error/reset_pw_error_${jobId}.json", "maxFileSize": 5000, "createEmptyFile": False}, "next": ["amazon.s3"]},
        {"id": "amazon.s3", "type": "datasource.write.file", "params": {"url": str(tmp_path / "out")}},
    ], gigya.site)  # fmt: skip

    (done,) = (tmp_path / "out" / "success").iterdir()
    assert [each["UID"] for each in read(done)] == [account["UID"] for account in known]
    (errors,) = (tmp_path / "out" / "error").iterdir()
    wrong, lite = sorted(read(errors), key=lambda each: each["email"] == "lite@example.com")
    assert wrong["firstName"] == "Wrong"
    assert lite["_errorDetails"]["errorMessage"] == "there is only a lite account"
    assert all("password" in gigya.account(account["UID"]) for account in known)


def test_accounts_are_deleted_in_bulk_and_both_kinds_are_reported(gigya, tmp_path):
    known = list(gigya.accounts)[:2]
    rows = [{"email": account["profile"]["email"]} for account in known] + [{"email": "nobody@example.com"}]
    by_email = [{"sourceField": "email", "gigyaField": "profile.email"}]
    run([
        {"id": "Read S3", "type": "datasource.read.file", "params": {"url": put(tmp_path / "in", "go.json", rows)}, "next": ["parse"]},
        {"id": "parse", "type": "file.parse.json", "next": ["gigya.account"], "error": []},
        {"id": "gigya.account", "type": "datasource.lookup.gigya.account", "params": {**LOOKUP, "select": "*", "lookupFields": by_email, "lookupFieldsOperator": "AND"}, "next": ["Delete"], "error": ["Format error"]},
        {"id": "Delete", "type": "datasource.write.gigya.generic", "params": {"apiMethod": "accounts.deleteAccount", "apiParams": entries(("UID", "UID", "")), "addResponse": True}, "next": ["Format success"], "error": ["Format error"]},
        {"id": "Format success", "type": "file.format.json", "params": {"fileName": "deleted.json"}, "next": ["S3"]},
        {"id": "Format error", "type": "file.format.json", "params": {"fileName": "errors.json"}, "next": ["S3"]},
        {"id": "S3", "type": "datasource.write.file", "params": {"url": str(tmp_path / "out")}},
    ], gigya.site)  # fmt: skip

    assert [each["_response"]["errorCode"] for each in read(tmp_path / "out" / "deleted.json")] == [0, 0]
    assert [each["email"] for each in read(tmp_path / "out" / "errors.json")] == ["nobody@example.com"]
    assert gigya.site.count() == 298


@pytest.mark.parametrize(("table", "size"), [("comments", 100), ("streams", 300)])
def test_comments_and_streams_are_exported_through_gzip_to_sftp(gigya, sftp, monkeypatch, table, size):
    monkeypatch.setenv("SFTP_PASSWORD", "demo-password")
    gigya.site.add_comments({"ID": f"k{n}", "categoryID": "comments", "sender.name": "Ada"} for n in range(250))
    gigya.site.add_streams({"streamID": f"s{n}", "categoryID": "comments"} for n in range(250))
    where = 'categoryID="comments"'
    run([
        {"id": "Read comments", "type": "datasource.read.gigya.comment", "params": {"from": table, "where": where, "batchSize": size, "keepFieldNamesWithDotAsIs": False}, "next": ["Create JSON file"]},
        {"id": "Create JSON file", "type": "file.format.json", "params": {"fileName": "comments_${apiKey}_${now}.json", "maxFileSize": 5000, "createEmptyFile": False}, "next": ["Compress file"]},
        {"id": "Compress file", "type": "file.compress.gzip", "params": {}, "next": ["Upload file to SFTP"]},
        {"id": "Upload file to SFTP", "type": "datasource.write.sftp", "params": {**login(sftp), "remotePath": "out", "temporaryUploadExtension": False}},
    ], gigya.site)  # fmt: skip

    (file,) = (sftp.root / "out").glob("comments_3_a_*.json.gz")
    found = json.loads(gzip.decompress(file.read_bytes()))
    assert len(found) == 250
    assert table == "streams" or found[0]["sender"] == {"name": "Ada"}


def test_who_was_deleted_goes_to_other_systems_as_a_file(gigya, tmp_path):
    gigya.site.add_audit(
        {"callID": f"c{n}", "@timestamp": f"2026-04-0{n + 1}T00:00:00.000Z", "uid": f"u{n}", "errCode": "0",
         "endpoint": "accounts.deleteAccount" if n % 2 else "accounts.login"}
        for n in range(6)
    )  # fmt: skip
    where = 'endpoint = "accounts.deleteAccount" and errCode = "0"'
    run([
        {"id": "audit", "type": "datasource.read.gigya.audit", "params": {"select": "uid", "where": where}, "next": ["rename"]},
        {"id": "rename", "type": "field.rename", "params": {"fields": [{"sourceField": "uid", "targetField": "UID"}]}, "next": ["dsv"]},
        {"id": "dsv", "type": "file.format.dsv", "params": {"fileName": "deleted.csv", "columnSeparator": ","}, "next": ["write"]},
        {"id": "write", "type": "datasource.write.file", "params": {"url": str(tmp_path)}},
    ], gigya.site)  # fmt: skip
    assert (tmp_path / "deleted.csv").read_text().splitlines() == ["UID", "u1", "u3", "u5"]


def test_achievements_and_accounts_go_their_two_ways(gigya, tmp_path):
    uids = [account["UID"] for account in gigya.accounts]
    for uid in uids[:120]:
        challenges = [{"challengeID": "_default", "level": 2, "pointsTotal": 40}, {"challengeID": "reader", "level": 1}]
        gigya.site.set_achievements(uid, challenges)
    run([
        {"id": "account", "type": "datasource.read.gigya.account", "params": {"select": "UID, profile"}, "next": ["gm", "accounts"]},
        {"id": "gm", "type": "datasource.lookup.gigya.gm", "params": {"includeChallenges": "*", "maxConnections": 20}, "next": ["extract"]},
        {"id": "extract", "type": "field.array.extract", "params": {"field": "achievements", "propagationFields": ["UID"], "generateKey": True}, "next": ["achievements"]},
        {"id": "accounts", "type": "file.format.json", "params": {"fileName": "accounts.json"}, "next": ["write"]},
        {"id": "achievements", "type": "file.format.dsv", "params": {"fileName": "achievements.csv", "columnSeparator": ","}, "next": ["write"]},
        {"id": "write", "type": "datasource.write.file", "params": {"url": str(tmp_path)}},
    ], gigya.site)  # fmt: skip
    accounts = read(tmp_path / "accounts.json")
    with (tmp_path / "achievements.csv").open(newline="") as rows:
        achievements = list(csv.DictReader(rows))
    assert sorted(each["UID"] for each in accounts) == sorted(uids)
    assert not any("achievements" in each for each in accounts)
    wanted = {(uid, challenge) for uid in uids[:120] for challenge in ("_default", "reader")}
    assert {(each["UID"], each["challengeID"]) for each in achievements} == wanted
    assert len({each["key"] for each in achievements}) == len(achievements) == 240
