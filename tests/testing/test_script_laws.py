"""The laws of scripts notice what breaks them: one bad script for each."""

import builtins
import io
import tarfile

import pytest

import identitysync as idx
from identitysync.contract import KEPT
from identitysync.errors import FormatError, RecordRejected
from identitysync.testing import check_script
from identitysync.testing.remotes.ground import BrokenLaw
from identitysync.testing.scripts import Subject

GOOD = (idx.Example("one", {}, [{"a": "x"}], [{"a": "x"}]),)
FILE = (idx.Example("one", {}, {"a": "x"}, {"a.p": "x"}),)


def declared(shape, *, type="acme.test", summary="Do something.", examples=GOOD, doc="Do it.", **body):
    """Make a script of what a class statement would hold; the names of parameters begin with p_."""
    annotations = {name: str for name in body if name.startswith("p_")}
    cls = builtins.type("Test", (shape,), {"__doc__": doc, "__annotations__": annotations, **body})
    return idx.script(type, summary=summary, examples=examples)(cls)


def mapper(map=lambda self, record: record, **more):
    return declared(idx.Mapper, map=map, **more)


def transform(
    convert=lambda self, source, target: target.write(source.read()), rename=lambda self, name: f"{name}.p", **more
):
    return declared(idx.FileTransform, convert=convert, rename=rename, examples=FILE, **more)


def spoil_and_reject(self, record):
    record["spoilt"] = True
    raise RecordRejected("no")


def reject_another(self, record):
    yield idx.Rejected({"other": 1}, "no")


class Leaky:
    joint = b""

    def __init__(self):
        self._kept = []

    def encode(self, records):
        self._kept += records
        if records[0].get("a") == "":
            raise RecordRejected("no")
        return b""

    def start(self):
        return b"%d" % len(self._kept)

    def finish(self):
        return b""

    def layout(self):
        return ()

    def adopt(self, layout):
        return True

    def adapt(self, block, layout):
        return block


class Hasty(Leaky):
    settled = True

    def encode(self, records):
        self._kept += records
        return b""


def crash(*_):
    raise ValueError("crash")


def parse_badly(self, file):
    yield 7


def forget(self, source, target):
    target.write(source.read()[:1])


def mangle(self, source, target):
    content = source.read()
    if not content.startswith(b"P") or len(content) < 1000:
        raise FormatError("it does not begin with P")
    target.write(b"x" * (48 << 20))


CASES = {
    "a summary that is no sentence": (mapper(summary="do something"), "is no sentence"),
    "no documentation": (mapper(doc=""), "no docstring"),
    "a type without a family": (mapper(type="test"), "is no type"),
    "no example": (mapper(examples=()), "no example"),
    "an undocumented parameter": (mapper(p_x=idx.param("", doc="x", example="y")), "is no sentence"),
    "a parameter without an example": (mapper(p_x=idx.param("", doc="It is x.")), "has no example"),
    "a secret that is none": (mapper(p_password=idx.param("", doc="It is.", example="y")), "named like a secret"),
    "a secret held in clear": (mapper(p_x=idx.param("", doc="It is.", example="y", secret=True)), "its type is"),
    "an example that does something else": (
        mapper(examples=(idx.Example("one", {}, [{"a": 1}], [{"a": 2}]),)),
        "instead of",
    ),
    "an example with a wrong parameter": (
        mapper(examples=(idx.Example("one", {"x": 1}, [{"a": 1}], [{"a": 1}]),)),
        "is faulty",
    ),
    "no worked example": (mapper(examples=(idx.Example("one", {}),)), "no example has an input"),
    "an exception that tells nothing": (mapper(lambda self, record: {"a": record["a"] + ""}), "raises"),
    "a value that is not plain": (mapper(lambda self, record: {"a": {1}}, examples=[idx.Example("one", {}, [{}], [{"a": {1}}])]), "no plain value"),
    "a rejected record that was changed": (
        mapper(spoil_and_reject, atomic=True, examples=[idx.Example("one", {}, [], [])]),
        "was changed although it is atomic",
    ),
    "a reject of another record": (
        declared(idx.FlatMapper, expand=reject_another, examples=[idx.Example("one", {}, [{"a": 1}], [])]),
        "does not carry the record",
    ),
    "a formatter that remembers rejects": (
        declared(idx.Formatter, encoder=lambda self: Leaky(), file_name="x", examples=[idx.Example("one", {}, [{"a": 1}], "1")]),
        "left something in the file",
    ),
    "a formatter that is not settled": (
        declared(idx.Formatter, encoder=lambda self: Hasty(), file_name="x", examples=[idx.Example("one", {}, [{"a": 1}], "1")]),
        "says that it is settled",
    ),
    "a parser that crashes": (
        declared(idx.Parser, parse=crash, examples=[idx.Example("one", {})]),
        "no example has|raises ValueError",
    ),
    "a parser that gives what is no record": (
        declared(idx.Parser, parse=parse_badly, examples=[idx.Example("one", {}, "x", [7])]),
        "gives 7",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_script_that_breaks_a_law_is_found_out(case):
    script, said = CASES[case]
    with pytest.raises(BrokenLaw, match=said):
        check_script(script)


def test_a_transform_that_crashes_is_found_out():
    from identitysync.testing.scripts.file_laws import foreign_bytes_are_a_clear_error

    with pytest.raises(BrokenLaw, match="raises ValueError: crash"):
        foreign_bytes_are_a_clear_error(Subject.of(transform(crash)))


def test_good_scripts_keep_all_laws():
    check_script(mapper())
    check_script(transform())


@pytest.mark.parametrize(
    ("undo", "said"),
    [
        (transform(forget, rename=lambda self, name: name.removesuffix(".p")), "is read as|come back as"),
        (transform(rename=lambda self, name: name.removesuffix(".p")), "is read as"),
    ],
)
def test_a_pair_that_loses_something_is_found_out(undo, said):
    with pytest.raises(BrokenLaw, match=said):
        check_script(transform(), undone_by=Subject.of(undo))


def test_a_transform_that_reads_all_at_once_is_found_out():
    from identitysync.testing.scripts.file_laws import files_stream_in_bounded_memory

    undo = transform(mangle, rename=lambda self, name: name.removesuffix(".p"))
    greedy = transform(lambda self, source, target: target.write(b"P" + source.read()))
    with pytest.raises(BrokenLaw, match="MB of memory for a file of 48 MB"):
        files_stream_in_bounded_memory(Subject.of(greedy, {}, Subject.of(undo, {})))


class Tar:
    """Put all files, or the first alone, into one that is made in memory."""

    def __init__(self, most):
        self._most, self._files = most, []

    def expand(self, file):
        yield KEPT
        self._files.append(file)

    def finish(self):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as tar:
            for file in self._files[: self._most]:
                told = tarfile.TarInfo(file.name)
                told.size = file.size
                with file.open() as source:
                    tar.addfile(told, source)
        yield "all.tar", (made.getvalue(),)


def untar(self, file):
    try:
        with file.open() as source, tarfile.open(fileobj=source) as tar:
            for each in tar:
                content = tar.extractfile(each)
                yield each.name, iter(lambda content=content: content.read(1 << 20), b"")
    except tarfile.ReadError as fault:
        raise FormatError(f"it is no tar file: {fault}") from fault


def tar(most=None):
    def opened(self):
        return Tar(most)

    return Subject.of(
        declared(idx.FileFlatMapper, open=opened, expand=Tar.expand, examples=[idx.Example("one", {})]),
        undone_by=Subject.of(declared(idx.FileFlatMapper, expand=untar, examples=[idx.Example("one", {})])),
    )


def test_a_script_that_makes_one_file_of_all_is_tried_with_several():
    from identitysync.testing.scripts.file_laws import another_script_undoes_it

    another_script_undoes_it(tar())
    with pytest.raises(BrokenLaw, match=r"'in/3.csv': 3145728} come back as {'in/0.csv': 0}"):
        another_script_undoes_it(tar(most=1))


def test_a_script_that_makes_one_file_of_all_in_memory_is_found_out():
    from identitysync.testing.scripts.file_laws import files_stream_in_bounded_memory

    with pytest.raises(BrokenLaw, match="MB of memory for a file of 48 MB"):
        files_stream_in_bounded_memory(tar())


def test_what_is_no_script_is_refused():
    with pytest.raises(idx.InvalidParameter, match="no class made by @script"):
        check_script(dict)
