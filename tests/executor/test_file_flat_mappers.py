"""What a script may give that turns files into any number of files: now, and when all have come."""

import identitysync as idx
from identitysync import KEPT, File, FileFlatMapper, param, script
from identitysync.errors import FormatError, RemoteUnavailable

S = idx.Step
CLOSED: list[str] = []


@script("test.binder", summary="Give the head of each file, and all files in volumes of two at the end.")
class Binder(FileFlatMapper):
    fail: str = param(default="", doc="Where it fails.")

    def open(self):
        return Bound(self.fail)

    def expand(self, file):
        raise NotImplementedError


class Bound:
    def __init__(self, fail):
        self.fail, self.files = fail, []

    def expand(self, file):
        if file.name == "dull":
            return
        if file.name != "kept":
            yield f"{file.name}.head", (file.open().read(1),)
        if file.name == self.fail:
            raise FormatError("it is odd")
        if file.name != "passed":
            yield KEPT
            self.files.append(file)

    def finish(self):
        for start in range(0, len(self.files), 2):
            yield f"volume{start // 2}", (file.open().read() for file in self.files[start : start + 2])
        if self.fail == "end":
            raise FormatError("it cannot be bound")

    def close(self):
        CLOSED.append("binder")


def through(tmp_path, names, **params):
    steps = [
        S("read", "file.uncompress.gzip", next=["x"]),
        S("x", Binder, params, next=["write"], error=["bad"] if params.get("fail", "end") != "end" else []),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
        S("bad", "datasource.write.file", {"url": str(tmp_path / "bad")}),
    ]
    steps = steps if steps[1].error else steps[:-1]
    flow = idx.Dataflow(name="f", steps=steps)
    return idx.run(flow, inputs={"read": [File(name, f"<{name}>".encode()) for name in names]})


def read(folder):
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_what_is_kept_has_passed_and_comes_at_the_end_behind_what_came_before(tmp_path):
    CLOSED.clear()
    job = through(tmp_path, ["a", "kept", "dull", "passed", "b"])

    job.raise_for_status()
    heads, volumes = ["a.head", "passed.head", "b.head"], ["volume0", "volume1"]
    assert [file.name for file in job.files] == [*heads, *volumes]
    assert read(tmp_path / "out") == {
        "a.head": "<", "b.head": "<", "passed.head": "<", "volume0": "<a><kept>", "volume1": "<b>",
    }  # fmt: skip
    count = job.steps["x"]
    assert (count.received, count.passed, count.dropped, count.rejected, count.emitted) == (5, 4, 1, 0, 5)
    assert CLOSED == ["binder"]


def test_a_file_that_is_refused_after_all_gives_nothing(tmp_path):
    job = through(tmp_path, ["a", "b"], fail="b")

    job.raise_for_status()
    assert read(tmp_path / "bad") == {"b": "<b>"}
    assert read(tmp_path / "out") == {"a.head": "<", "volume0": "<a>"}
    assert (job.steps["x"].passed, job.steps["x"].rejected) == (1, 1)


def test_a_fault_at_the_end_ends_the_run_and_nothing_is_published(tmp_path):
    job = through(tmp_path, ["a", "b", "kept"], fail="end")

    assert (job.status, job.status_details) == ("failed", "it cannot be bound; in step 'x'")
    assert not (tmp_path / "out").exists() or read(tmp_path / "out") == {}


def test_what_comes_at_the_end_goes_along_the_error_edges_of_who_cannot_take_it(tmp_path):
    @script("test.full", summary="Take nothing.")
    class Full(idx.FileWriter):
        def write(self, file, services):
            raise NotImplementedError

        def stage(self, file, services):
            raise RemoteUnavailable("there is no room")

    steps = [
        S("read", "file.uncompress.gzip", next=["x"]),
        S("x", Binder, next=["full"]),
        S("full", Full, error=["write"]),
        S("write", "datasource.write.file", {"url": str(tmp_path / "out")}),
    ]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"read": [File("kept", b"<kept>")]})

    job.raise_for_status()
    assert read(tmp_path / "out") == {"volume0": "<kept>"}
