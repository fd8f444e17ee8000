"""Bad input: a clear error or a rejected record with file and line; never a traceback, a loss, or half a file."""

import gzip
import json

import pytest

import identitysync as idx
from identitysync.testing import SftpServer

S = idx.Step
GOOD = "id,name\n" + "".join(f"{number},name {number}\n" for number in range(3000))


def run(tmp_path, content, *parse, name="in.csv.gz", unpack=True):
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / name).write_bytes(content)
    first = "gunzip" if unpack else "parse"
    steps = [S("read", "datasource.read.file", {"url": str(tmp_path / "in")}, next=[first])]
    if unpack:
        steps.append(S("gunzip", "file.uncompress.gzip", next=["parse"]))
    steps += [
        S("parse", *(parse or ("file.parse.dsv", {"columnSeparator": ","})), next=["json"]),
        S("json", "file.format.json", {"fileName": "out.json", "lines": True}, next=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ]
    return idx.run(idx.Dataflow(name="bad", steps=steps), dead_letters=tmp_path / "dead")


def published(tmp_path):
    return sorted(path.name for path in (tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else []


@pytest.mark.parametrize("cut", [1, 5, 9, 17, 100, 2000, -9, -5, -1])
def test_a_truncated_gzip_fails_the_job_and_publishes_nothing(tmp_path, cut):
    packed = gzip.compress(GOOD.encode(), mtime=0)
    job = run(tmp_path, packed[:cut])

    assert job.status == "failed"
    assert "in.csv.gz" in job.status_details
    assert "gunzip" in job.status_details
    assert published(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 a zip", GOOD.encode(), gzip.compress(b"x", mtime=0) + b"garbage"],
    ids=["empty", "zip", "text", "more behind it"],
)
def test_what_is_no_gzip_is_named_for_what_it_is(tmp_path, content):
    job = run(tmp_path, content)

    assert job.status == "failed"
    assert "gzip" in job.status_details
    assert published(tmp_path) == []


def test_a_malformed_row_is_kept_with_file_and_line_and_the_others_go_on(tmp_path):
    rows = GOOD.splitlines()
    rows[1500] = "1499,too,many"
    rows[2000] = '1999,"never closed" really'
    job = run(tmp_path, gzip.compress("\n".join(rows).encode()))

    assert job.status == "succeeded"
    assert job.steps["parse"].rejected == 2
    letters = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]
    assert [letter["record"]["_line"] for letter in letters] == [1501, 2001]
    assert letters[0]["record"]["_text"] == "1499,too,many"
    assert letters[0]["record"]["_fileName"] == "in.csv"
    assert len((tmp_path / "out" / "out.json").read_text().splitlines()) == 2998


def test_a_broken_json_line_is_kept_with_file_and_line_and_the_others_go_on(tmp_path):
    lines = [json.dumps({"id": number}) for number in range(3000)]
    lines[7], lines[2999] = '{"id": 7,}', '{"id":'
    job = run(tmp_path, "\n".join(lines).encode(), "file.parse.json", {}, name="in.json", unpack=False)

    assert job.status == "succeeded"
    letters = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]
    assert [(letter["record"]["_line"], letter["record"]["_text"]) for letter in letters] == [
        (8, '{"id": 7,}'),
        (3000, '{"id":'),
    ]
    assert job.steps["json"].received == 2998


def test_a_wrong_encoding_says_which_byte_on_which_line_and_what_to_look_at(tmp_path):
    content = GOOD.replace("name 1234", "Zoë").encode("latin-1")
    job = run(tmp_path, content, "file.parse.dsv", {"columnSeparator": ","}, name="in.csv", unpack=False)

    assert job.status == "failed"
    for word in ("in.csv", "line 1236", "0xeb", "utf-8", "filecharset"):
        assert word in job.status_details.lower()
    assert published(tmp_path) == []


def test_auto_detection_is_said_in_the_trace(tmp_path):
    content = GOOD.replace("name 1234", "Zoë").encode("latin-1")
    job = run(
        tmp_path,
        content,
        "file.parse.dsv",
        {"columnSeparator": ",", "fileCharset": "auto-detect"},
        name="in.csv",
        unpack=False,
    )

    assert job.status == "succeeded"
    assert any("windows-1252" in line for line in job.trace)
    assert "Zoë" in (tmp_path / "out" / "out.json").read_text()


def test_a_bad_file_in_the_middle_publishes_nothing_of_the_good_ones(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    job = run(tmp_path, b"no gzip", name="b.csv.gz")

    assert job.status == "failed"
    assert job.steps["parse"].received == 3000
    assert published(tmp_path) == []


def test_a_name_from_a_server_cannot_lead_out_of_a_folder(tmp_path, monkeypatch):
    from identitysync.remotes.base import Entry
    from identitysync.remotes.sftp import SftpRemote

    with SftpServer(tmp_path / "sftp") as server:
        (server.root / "innocent.txt").write_text("x")
        real = SftpRemote.list
        monkeypatch.setattr(
            SftpRemote,
            "list",
            lambda self, folder="": [Entry("../../evil.txt", each.path, each.size) for each in real(self, folder)],
        )
        login = {
            "host": server.host,
            "port": server.port,
            "username": "demo",
            "password": "demo-password",
            "hostKeyFingerprint": server.host_key_fingerprint,
        }
        flow = idx.Dataflow(
            name="f",
            steps=[
                S("read", "datasource.read.sftp", login, next=["write"]),
                S("write", "datasource.write.file", {"url": str(tmp_path / "deep" / "out")}),
            ],
        )
        job = idx.run(flow)

    assert job.status == "failed"
    assert "leaves" in job.status_details or ".." in job.status_details
    assert not list(tmp_path.rglob("evil*"))


def test_a_server_that_breaks_off_in_the_middle_publishes_nothing_or_everything(tmp_path):
    with SftpServer(tmp_path / "sftp") as server:
        login = {
            "host": server.host,
            "port": server.port,
            "username": "demo",
            "password": "demo-password",
            "hostKeyFingerprint": server.host_key_fingerprint,
        }
        flow = idx.Dataflow(name="f", steps=[
            S("source", "file.parse.json", next=["json"]), S("json", "file.format.json", {"fileName": "data.json"}, next=["sftp"]),
            S("sftp", "datasource.write.sftp", login),
        ])  # fmt: skip
        server.drop_after = 300_000
        job = idx.run(flow, inputs={"source": ({"n": number, "text": "x" * 100} for number in range(20_000))})
        there = sorted(path.name for path in server.root.iterdir())

        assert job.status == "succeeded", job.status_details
        assert there == ["data.json"]
        assert len(json.loads((server.root / "data.json").read_text())) == 20_000
