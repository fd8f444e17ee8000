"""Flows that write files to each place, and read them there."""

import datetime as dt
import json

import pytest

import identitysync as idx
from identitysync.testing import SftpServer
from tests.remotes.azure.test_sas import Desk
from tests.world.loopback import Loopback

S = idx.Step
PEOPLE = [{"UID": "1", "name": "Ada"}, {"UID": "2", "name": "Grace 🙂"}]
KINDS = ["sftp", "ftp", "ftps", "amazon.s3", "azure.blob", "azure.sas", "googlecloud"]


@pytest.fixture(params=KINDS)
def place(request, tmp_path):
    """A place: its kind, the parameters of its scripts, the one that names a folder, and what lists its files."""
    kind, have = request.param, request.getfixturevalue
    if kind == "sftp":
        with SftpServer(tmp_path / "sftp", {"me": "pw"}) as server:
            params = {
                "host": server.host, "port": str(server.port), "username": "me", "password": "pw",
                "hostKeyFingerprint": server.host_key_fingerprint,
            }  # fmt: skip
            yield kind, params, "remotePath", lambda: [each.name for each in server.root.rglob("*") if each.is_file()]
    elif kind in {"ftp", "ftps"}:
        server = have("serve_ftp")(certificate=have("certificate") if kind == "ftps" else None)
        login = server.login()
        params = {"host": "127.0.0.1", "port": server.port, "username": "demo", "password": login.password.reveal()}
        if kind == "ftps":
            params |= {"encryption": "explicit", "trustedCertificates": login.trusted_certificates}
        yield "ftp", params, "remotePath", server.names
    elif kind == "amazon.s3":
        s3, bucket = have("s3"), have("bucket")
        params = {"bucketName": bucket, "accessKey": "key", "secretKey": "secret", "endpointUrl": s3.endpoint}
        yield kind, params, "objectKeyPrefix", lambda: s3.keys(bucket) + s3.uploads(bucket)
    elif kind == "azure.blob":
        azurite, container = have("azurite"), have("container")
        login = azurite.login(container)
        params = {
            "accountName": login.account_name, "accountKey": login.account_key.reveal(), "container": container,
            "endpointUrl": login.endpoint_url,
        }  # fmt: skip
        yield kind, params, "blobPrefix", lambda: [b.name for b in azurite.client(container).list_blobs()]
    elif kind == "azure.sas":
        azurite, container = have("azurite"), have("container")
        with Loopback(Desk(azurite, container)) as service:
            params = {
                "loginUrl": f"{service.url}/tenant", "clientId": "me", "clientSecret": "s3cret",
                "authenticationUrl": service.url, "blobUri": "/api/sas/create/",
            }  # fmt: skip
            yield kind, params, "", lambda: [b.name for b in azurite.client(container).list_blobs()]
    else:
        gcs, bucket = have("gcs"), have("gcs_bucket")
        login = gcs.login(bucket)
        params = {
            "bucket": bucket, "projectId": "tests", "clientEmail": "idx@tests.example",
            "privateKey": gcs.private_key, "endpointUrl": login.endpoint_url,
        }  # fmt: skip

        def listed():
            return [
                each["name"] for each in json.loads(gcs.request("GET", f"/storage/v1/b/{bucket}/o")).get("items", ())
            ]

        yield kind, params, "objectKeyPrefix", listed


def below(folder, params, parameter):
    return {**params, **({parameter: folder} if parameter else {})}


def writing(kind, params, parameter, file="people.json"):
    return idx.Dataflow(
        name="up",
        steps=[
            S("parse", "file.parse.json", next=["json", "csv"]),
            S("json", "file.format.json", {"fileName": file}, next=["write"]),
            S("csv", "file.format.dsv", {"fileName": "sub/people.csv", "columnSeparator": ","}, next=["write"]),
            S("write", f"datasource.write.{kind}", below("in", params, parameter)),
        ],
    )


def reading(kind, params, parameter, **more):
    read = {**below("in/" if parameter != "remotePath" else "in", params, parameter), "fileNameRegex": r".*\.json"}
    return idx.Dataflow(
        name="down",
        steps=[
            S("read", f"datasource.read.{kind}", {**read, **more}, next=["parse"]),
            S("parse", "file.parse.json"),
        ],
    )


def test_what_is_written_is_read_once_and_archived(place, tmp_path):
    kind, params, parameter, listed = place
    idx.run(writing(kind, params, parameter), inputs={"parse": PEOPLE}).raise_for_status()
    assert len(listed()) == 2
    flow = reading(kind, params, parameter)
    assert [fault for fault in idx.check(flow) if fault.severity == "error"] == []
    out = []
    for _ in range(2):
        idx.run(flow, outputs={"parse": out}, store=tmp_path / "idx.db").raise_for_status()
    assert out == PEOPLE
    done = "/done" if parameter == "remotePath" else "in/done" if parameter else "done"
    tidy = reading(kind, params, parameter, afterDelivery="archive", archivePath=done)
    for expected in (PEOPLE, []):
        out = []
        idx.run(tidy, outputs={"parse": out}).raise_for_status()
        assert out == expected
    assert sorted(name.rpartition("/")[2] for name in listed()) == ["people.csv", "people.json"]


def test_what_was_delivered_is_deleted_and_nothing_else(place):
    kind, params, parameter, listed = place
    idx.run(writing(kind, params, parameter), inputs={"parse": PEOPLE}).raise_for_status()
    tidy = reading(kind, params, parameter, afterDelivery="delete")
    out = []

    def failing(record):
        raise OSError("the target broke off")

    assert idx.run(tidy, outputs={"parse": failing}).status == "failed"
    assert len(listed()) == 2
    idx.run(tidy, outputs={"parse": out}).raise_for_status()
    assert out == PEOPLE
    assert [name.rpartition("/")[2] for name in listed()] == ["people.csv"]


def test_a_run_that_fails_publishes_nothing_and_leaves_nothing(place):
    kind, params, parameter, listed = place

    def failing():
        yield from PEOPLE
        raise idx.errors.RemoteError("the source broke off")

    flow = writing(kind, params, parameter)
    first = idx.run(flow, inputs={"parse": failing()})
    bad = flow.replace(
        S("csv", "file.format.dsv", {"fileName": "../people.csv", "columnSeparator": ","}, next=["write"])
    )
    second = idx.run(bad, inputs={"parse": PEOPLE})
    assert (first.status, second.status) == ("failed", "failed")
    assert listed() == []


def test_without_a_store_object_stores_go_by_the_time(place):
    kind, params, parameter, _ = place
    if kind in {"sftp", "ftp"}:
        return  # there a file may arrive with an old time
    idx.run(writing(kind, params, parameter), inputs={"parse": PEOPLE}).raise_for_status()
    flow, hour = reading(kind, params, parameter), dt.timedelta(hours=1)
    for moment, expected in ((dt.datetime.now(dt.UTC) - hour, PEOPLE), (dt.datetime.now(dt.UTC) + hour, [])):
        out = []
        later = idx.Dataflow.from_dict({**flow.to_dict(), "lastRuntime": moment.isoformat()})
        idx.run(later, outputs={"parse": out}).raise_for_status()
        assert out == expected


def test_the_name_of_an_ftp_upload_can_end_with_uploading(serve_ftp, monkeypatch):
    from identitysync.remotes.ftp.client import FtpClient

    server, seen = serve_ftp(), []
    upload = FtpClient.upload

    def watching(self, path, blocks):
        upload(self, path, blocks)
        seen.extend(server.names())

    monkeypatch.setattr(FtpClient, "upload", watching)
    params = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": "demo",
        "password": server.login().password.reveal(),
    }
    flow = idx.Dataflow(
        name="up",
        steps=[
            S("parse", "file.parse.json", next=["json"]),
            S("json", "file.format.json", {"fileName": "a.json"}, next=["ftp"]),
            S("ftp", "datasource.write.ftp", {**params, "temporaryUploadExtension": "true"}),
        ],
    )
    assert [(each.code, each.path) for each in idx.check(flow) if each.code == "plaintext"] == [
        ("plaintext", "$.steps[2].params.encryption")
    ]
    idx.run(flow, inputs={"parse": PEOPLE}).raise_for_status()
    assert seen == ["a.json.uploading"]
    assert server.names() == ["a.json"]
