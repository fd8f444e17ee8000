"""Files go out while the next ones come into being, and come in while the present ones are worked on."""

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import identitysync as idx
from identitysync import File, FileReader, FileWriter, param, script
from identitysync.errors import RemoteUnavailable
from identitysync.testing import Fault, FaultProxy, SftpServer

S = idx.Step
PART = 200_000
"""Bytes of a part, with its few records of about 1 kB."""


def person(number):
    return {"UID": f"{number:06d}", "text": "x" * 1000}


def parts(target, *, kind="file.format.json", name="p.json", **params):
    params = {"fileName": name, "maxFileSize": PART / 1e6, **params}
    return [S("read", "file.parse.json", next=["format"]), S("format", kind, params, next=[target])]


def everything(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def wait_until(fact):
    """Wait for a fact that comes about in another thread."""
    until = time.monotonic() + 20
    while not (found := fact()):
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.005)
    return found


@pytest.fixture
def sftp(tmp_path):
    with SftpServer(tmp_path / "sftp", {"me": "pw"}) as server:
        yield server


def login(server, port=None):
    return {
        "host": server.host, "port": port or server.port, "username": "me", "password": "pw",
        "hostKeyFingerprint": server.host_key_fingerprint,
    }  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("kind", "params"),
    [("file.format.json", {}), ("file.format.dsv", {"columns": ["UID", "text"], "columnSeparator": ","})],
)
def test_a_part_is_at_the_server_without_its_name_before_the_source_has_ended(sftp, kind, params, workers):
    seen = []

    def source():
        for number in range(4000):
            if number == 3000:  # nobody has asked for the last records yet
                wait_until(lambda: any(path.stat().st_size > PART * 0.8 for path in sftp.root.iterdir()))
                seen.extend(everything(sftp.root))
            yield person(number)

    steps = [*parts("write", kind=kind, name="p.txt", **params), S("write", "datasource.write.sftp", login(sftp))]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()}, workers=workers)

    job.raise_for_status()
    assert all(name.startswith(".p_") and name.endswith(".part") for name in seen)
    names = [f"p_{number}.txt" for number in range(1, len(job.files) + 1)]
    assert [file.name for file in job.files] == names
    assert everything(sftp.root) == sorted(names)
    assert [file.size for file in job.files] == [(sftp.root / name).stat().st_size for name in names]
    assert job.steps["write"].passed == job.steps["format"].emitted == len(names) > 10
    assert job.steps["write"].bytes == sum(file.size for file in job.files)


def test_the_time_of_uploads_is_that_of_formatting(sftp):
    """A slow source and a slow server take hardly longer together than each alone."""
    waited = 0.0

    def source():
        nonlocal waited
        for number in range(5000):
            if number % 1000 == 0:
                time.sleep(0.4)
                waited += 0.4
            yield person(number)

    with FaultProxy(sftp.host, sftp.port, itertools.repeat(Fault("throttle", at=4096, rate=4e6))) as proxy:
        steps = [*parts("write", maxFileSize=0.9), S("write", "datasource.write.sftp", login(sftp, proxy.port))]
        flow = idx.Dataflow(name="f", steps=steps)
        started = time.perf_counter()
        job = idx.run(flow, inputs={"read": source()})
        elapsed = time.perf_counter() - started

    job.raise_for_status()
    uploading = job.steps["write"].seconds
    assert uploading > 1.2, "the server was not slow"
    assert uploading + waited - elapsed > 0.8, f"{elapsed:.2f} s, with {uploading:.2f} s of uploads beside {waited} s"


def test_a_slow_server_holds_the_source_up_so_that_the_spool_stays_small(sftp, tmp_path, monkeypatch):
    (tmp_path / "spool").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    given, most = [0], [0]

    def source():
        for number in range(20_000):
            given[0] = number
            if number % 1000 == 0:
                spooled = sum(path.stat().st_size for path in (tmp_path / "spool").rglob("*") if path.is_file())
                most[0] = max(most[0], spooled)
            yield person(number)

    steps = [*parts("write"), S("write", "datasource.write.sftp", {**login(sftp), "remotePath": "/out"})]
    idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()}).raise_for_status()
    assert len(everything(sftp.root)) > 100
    # a batch of 1 MB, which was complete when somebody looked, with what was waiting and on its way
    assert most[0] < 1_100_000 + 4 * PART, "of 20 MB"


def test_a_run_that_is_cancelled_stops_in_the_middle_of_an_upload_and_leaves_nothing(sftp):
    with FaultProxy(sftp.host, sftp.port, [Fault("throttle", at=4096, rate=1e6)]) as proxy:
        steps = [*parts("write", maxFileSize=20), S("write", "datasource.write.sftp", login(sftp, proxy.port))]
        flow = idx.Dataflow(name="f", steps=steps)
        with idx.start(flow, inputs={"read": map(person, range(30_000))}) as running:
            wait_until(lambda: everything(sftp.root))
            began = time.monotonic()
            running.cancel()
            job = running.wait()

    assert job.status == "killed"
    assert time.monotonic() - began < 4, "a whole upload takes 20 s"
    assert everything(sftp.root) == []


def test_a_failed_run_takes_back_what_was_uploaded_ahead(sftp):
    def source():
        for number in range(4000):
            yield person(number)
        wait_until(lambda: len(everything(sftp.root)) > 1)
        raise RemoteUnavailable("the source is gone")

    steps = [*parts("write"), S("write", "datasource.write.sftp", login(sftp))]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()})

    assert job.status == "failed"
    assert "the source is gone" in job.status_details
    assert everything(sftp.root) == []
    assert not job.files


@attrs.define
class Desk:
    """What stages files as told, and tells what it did."""

    act: object = lambda file: None
    told: list = attrs.field(factory=list)
    stopped: threading.Event = attrs.field(factory=threading.Event)

    def stage(self, file, services):
        content = file.open().read()
        self.told.append(("stage", file.name))
        self.act(file, services)
        return _Staged(self, file.name, content)


@attrs.define
class _Staged:
    _desk: Desk
    _name: str
    content: bytes

    def publish(self):
        self._desk.told.append(("publish", self._name, self.content))
        return self._name

    def discard(self):
        self._desk.told.append(("discard", self._name))


DESKS: dict[str, Desk] = {}


@script("test.desk", summary="Stage files.")
class AtDesk(FileWriter):
    desk: str = param(default="main", doc="Which one.")

    def open(self, services):
        return DESKS[self.desk]

    def write(self, file, services):
        raise AssertionError("it stages")


@pytest.fixture
def desk():
    DESKS.clear()
    DESKS["main"] = Desk(lambda file, services: None)
    return DESKS["main"]


def test_two_writers_behind_one_formatter_upload_side_by_side(desk):
    both = threading.Barrier(2)
    desk.act = lambda file, services: both.wait(20)
    DESKS["other"] = Desk(desk.act)
    steps = [*parts("one"), S("one", AtDesk), S("two", AtDesk, {"desk": "other"})]
    steps[1] = S("format", "file.format.json", {"fileName": "p.json", "maxFileSize": PART / 1e6}, next=["one", "two"])
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": map(person, range(1000))})

    job.raise_for_status()
    assert [(file.step, file.name) for file in job.files] == [
        (step, f"p_{number}.json") for number in range(1, len(job.files) // 2 + 1) for step in ("one", "two")
    ]


def test_columns_that_grow_keep_all_parts_back_until_they_are_known(desk):
    def source():
        for number in range(3000):
            assert desk.told == []
            yield person(number) if number < 2900 else {**person(number), "late": 1}

    steps = [*parts("write", kind="file.format.dsv", columnSeparator=","), S("write", AtDesk)]
    idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()}).raise_for_status()

    published = [each for each in desk.told if each[0] == "publish"]
    assert len(published) > 10
    assert {content.partition(b"\n")[0].strip() for _, _, content in published} == {b"UID,text,late"}


def test_records_that_enter_again_behind_a_formatter_do_so_at_its_end():
    out, given = [], [0]

    def source():
        for number in range(3000):
            given[0] = number
            yield person(number)

    steps = [*parts("again"), S("again", "file.parse.json")]
    entered = []
    steps.append(S("end", "field.remove", {"fields": ["text"]}))
    steps[2] = S("again", "file.parse.json", next=["end"])
    idx.run(
        idx.Dataflow(name="f", steps=steps), inputs={"read": source()},
        outputs={"end": lambda record: entered.append(given[0]) or out.append(record["UID"])},
    ).raise_for_status()  # fmt: skip
    assert out == [person(number)["UID"] for number in range(3000)]
    assert set(entered) == {2999}


@pytest.mark.parametrize("workers", [1, 2])
def test_files_are_named_in_the_order_of_the_flow_however_long_each_takes(desk, tmp_path, workers):
    slow = itertools.cycle([0.0, 0.03, 0.01])
    desk.act = lambda file, services: time.sleep(next(slow))
    source = tmp_path / "in.json"
    source.write_text("".join(f'{{"UID":"{number}","text":"{"x" * 1000}"}}\n' for number in range(4000)))
    size = {"maxFileSize": PART / 1e6}
    flow = idx.Dataflow(name="f", steps=[
        S("read", "datasource.read.file", {"url": str(source)}, next=["parse"]),
        S("parse", "file.parse.json", next=["rename"]),
        S("rename", "field.rename", {"fields": [{"sourceField": "UID", "targetField": "id"}]},
          next=["small", "large", "ok"]),
        S("ok", "file.empty", {"fileName": "all.ok"}, next=["write"]),
        S("small", "file.format.json", {"fileName": "small.json", **size}, next=["gzip"]),
        S("gzip", "file.compress.gzip", next=["write"]),
        S("large", "file.format.dsv",
          {"fileName": "large.csv", "columnSeparator": ",", "columns": ["id", "text"], **size}, next=["write"]),
        S("write", AtDesk),
    ])  # fmt: skip
    job = idx.run(flow, workers=workers)

    job.raise_for_status()
    names = [file.name for file in job.files]
    count = (len(names) - 1) // 2
    small = [f"small_{number}.json.gz" for number in range(1, count + 1)]
    large = [f"large_{number}.csv" for number in range(1, count + 1)]
    assert names in ([*small, *large, "all.ok"], [*large, *small, "all.ok"])
    staged = [each[1] for each in desk.told if each[0] == "stage"]
    assert set(staged[:4]) & set(small), "they came in turn"
    assert set(staged[:4]) & set(large), "they came in turn"
    assert [each[1] for each in desk.told if each[0] == "publish"] == names


def test_what_cannot_be_uploaded_goes_along_the_error_edge_and_the_others_go_on(desk, tmp_path):
    def act(file, services):
        if file.name in {"p_2.json", "p_5.json"}:
            raise RemoteUnavailable("the disk is full")

    desk.act = act
    steps = [*parts("write"), S("write", AtDesk, error=["rest"])]
    steps.append(S("rest", "datasource.write.file", {"url": str(tmp_path / "rest")}))
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": map(person, range(2000))})

    job.raise_for_status()
    assert everything(tmp_path / "rest") == ["p_2.json", "p_5.json"]
    count = len(job.files)
    assert [(file.name, file.step) for file in job.files] == [
        (f"p_{number}.json", "rest" if number in {2, 5} else "write") for number in range(1, count + 1)
    ]
    write = job.steps["write"]
    assert (write.received, write.passed, write.rejected) == (count, count - 2, 2)


def test_an_upload_that_fails_ends_the_run_without_an_error_edge_and_says_where(desk):
    def act(file, services):
        if file.name == "p_2.json":
            raise RemoteUnavailable("the disk is full")

    desk.act, given = act, [0]

    def source():
        for number in range(100_000):
            given[0] = number
            yield person(number)

    steps = [*parts("write"), S("write", AtDesk)]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()})

    assert job.status == "failed"
    assert "the disk is full; in step 'write'" in job.status_details
    assert given[0] < 10_000, "it did not go on for long"
    staged = {each[1] for each in desk.told if each[0] == "stage"} - {"p_2.json"}
    assert {each[1] for each in desk.told if each[0] == "discard"} == staged
    assert not [each for each in desk.told if each[0] == "publish"]


def test_control_c_stops_a_writer_that_asks_whether_the_run_goes_on(desk):
    def act(file, services):
        for _ in range(2000):
            services.check()
            time.sleep(0.01)

    desk.act = act

    def source():
        for number in range(1000):
            yield person(number)
        wait_until(lambda: desk.told)
        raise KeyboardInterrupt

    steps = [*parts("write", maxFileSize=0.9), S("write", AtDesk)]
    with pytest.raises(KeyboardInterrupt):
        idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()})
    assert [each[0] for each in desk.told] == ["stage"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("upload-")]


def test_a_writer_that_hears_nothing_is_left_behind_and_takes_its_file_back_when_it_wakes(desk, monkeypatch):
    monkeypatch.setattr("identitysync.executor.delivery.PATIENCE", 0.2)
    monkeypatch.setattr("identitysync.executor.file_stages.PATIENCE", 0.2)
    wake = threading.Event()
    desk.act = lambda file, services: wake.wait(20)

    def source():
        for number in range(1000):
            yield person(number)
        wait_until(lambda: desk.told)
        raise RemoteUnavailable("the source is gone")

    steps = [*parts("write", maxFileSize=0.9), S("write", AtDesk)]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": source()})
    assert job.status == "failed"
    assert any("p_1.json does not stop, and is left behind" in line for line in job.trace)
    assert [each[0] for each in desk.told] == ["stage"]
    wake.set()
    wait_until(lambda: desk.told[-1] == ("discard", "p_1.json"))


def test_a_file_that_two_writers_need_stays_until_both_have_it(desk, tmp_path):
    gate = threading.Event()
    desk.act = lambda file, services: gate.wait(20)

    def late(file, services):
        gate.set()
        time.sleep(0.05)
        assert Path(file.content).stat().st_size > 0

    DESKS["late"] = Desk(late)
    steps = [*parts("one"), S("one", AtDesk), S("two", AtDesk, {"desk": "late"})]
    steps[1] = S("format", "file.format.json", {"fileName": "p.json", "maxFileSize": PART / 1e6}, next=["one", "two"])
    idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": map(person, range(1000))}).raise_for_status()


READING: list = []


@script("test.incoming", summary="Give files one after the other.")
class Comes(FileReader):
    fail: bool = param(default=False, doc="Whether the third cannot be had.")

    def files(self, services) -> Iterator[File]:
        for number in range(5):
            READING.append(number)
            if self.fail and number == 2:
                raise RemoteUnavailable("the third is gone")
            yield File(f"{number}.json", b'{"n": %d}' % number)


def incoming(out, **options):
    READING.clear()
    flow = idx.Dataflow(name="f", steps=[
        S("read", Comes, {"fail": options.pop("fail", False)}, next=["parse"]),
        S("parse", "file.parse.json"),
    ])  # fmt: skip
    return idx.run(flow, outputs={"parse": out}, **options)


def test_the_next_file_is_fetched_while_the_present_one_is_worked_on_and_no_more_than_that():
    numbers = []

    def take(record):
        wait_until(lambda: len(READING) >= min(5, record["n"] + 2))
        time.sleep(0.01)
        assert len(READING) <= record["n"] + 2
        numbers.append(record["n"])

    job = incoming(take)
    job.raise_for_status()
    assert numbers == [0, 1, 2, 3, 4]
    assert (job.steps["read"].received, job.steps["read"].bytes) == (5, 40)


def test_a_file_that_cannot_be_had_fails_the_run_behind_those_before_it():
    out = []
    job = incoming(out, fail=True)
    assert job.status == "failed"
    assert "the third is gone; in step 'read'" in job.status_details
    assert out == [{"n": 0}, {"n": 1}]


def test_a_run_with_a_limit_fetches_only_what_it_needs():
    out = []
    incoming(out, limit=2).raise_for_status()
    assert out == [{"n": 0}, {"n": 1}]
    assert READING == [0, 1]


def test_a_run_that_is_cancelled_stops_in_the_middle_of_a_download(sftp):
    (sftp.root / "a.json").write_bytes(b"[" + b" " * 30_000_000 + b"]")
    with FaultProxy(sftp.host, sftp.port, [Fault("throttle", at=4096, toward="client", rate=2e6)]) as proxy:
        flow = idx.Dataflow(name="f", steps=[
            S("read", "datasource.read.sftp", login(sftp, proxy.port), next=["parse"]), S("parse", "file.parse.json"),
        ])  # fmt: skip
        with idx.start(flow) as running:
            wait_until(lambda: proxy.passed["client"] > 500_000)
            began = time.monotonic()
            running.cancel()
            job = running.wait()
    assert job.status == "killed"
    assert time.monotonic() - began < 4, "the whole download takes 15 s"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("download-")]
