"""The laws of answers and of memory notice what breaks them: one bad script for each."""

from contextlib import contextmanager
from itertools import islice

import pytest

import identitysync as idx
from identitysync.errors import RemoteUnavailable
from identitysync.testing.remotes.ground import BrokenLaw
from identitysync.testing.scripts import OtherEnd, Subject
from identitysync.testing.scripts.answer_laws import ANSWER_LAWS
from identitysync.testing.scripts.stream_laws import STREAM_LAWS

GOOD = [{"id": "a", "n": {"x": 1}}, {"id": "b", "n": {"x": 2}}, {"id": "c", "n": {"x": 3}}]
BAD = [{"id": "no-1", "n": {"x": 4}}, {"id": "no-2", "n": {"x": 5}}]


class System:
    """What writers below write to; on a bad day one call fails, and its repetition does not."""

    def __init__(self):
        self.kept, self.bad_day = [], False

    def put(self, record):
        if self.bad_day:
            self.bad_day = False
            raise RemoteUnavailable("the system is busy")
        if not isinstance(record.get("id"), str) or record["id"].startswith("no"):
            return False
        self.kept.append(record["id"])
        return True


def writer(write, *, atomic=True, shape=idx.RecordWriter):
    """Make a script; ``write`` answers for records, and reaches the system as ``put``."""
    system = System()

    def method(self, records, services):
        return write(records, system.put)

    name = "write" if shape is idx.RecordWriter else "look_up"
    cls = type("Test", (shape,), {name: method, "__doc__": "Do it.", "atomic": atomic})
    script = idx.script("acme.test", summary="Do it.", examples=(idx.Example("one", {}),))(cls)

    @contextmanager
    def end():
        yield OtherEnd({}, GOOD, BAD, "id", lambda: setattr(system, "bad_day", True))

    return Subject.of(script, other_end=end)


def patiently(put, record):
    try:
        return put(record)
    except RemoteUnavailable:
        return put(record)


def answer(record, put):
    return record if patiently(put, record) else idx.Rejected(record, "the system refuses it")


def spoil(record, put):
    taken = patiently(put, record)
    record["spoilt"] = True
    return record if taken else idx.Rejected(record, "the system refuses it")


def all_of(records, put):
    return [answer(record, put) for record in records]


def keep(subject, laws=ANSWER_LAWS):
    for law in laws:
        law(subject)


def test_good_writers_and_look_ups_keep_the_laws():
    keep(writer(all_of))
    keep(writer(lambda records, put: [spoil(record, put) for record in records], atomic=False))
    keep(writer(lambda records, put: [None if record.get("n") == 1 else answer(record, put) for record in records],
                shape=idx.Lookup))  # fmt: skip


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda records, put: all_of(records, put)[:-1] or all_of(records, put), "records get"),
        (lambda records, put: all_of(records, put)[::-1], "not its own|as it entered"),
        (lambda records, put: [record for record in records if patiently(put, record)], "records get"),
        (lambda records, put: [record for record in records if patiently(put, record) or True], "should have been refused"),
        (lambda records, put: [record if put(record) else idx.Rejected(record, "no") for record in records],
         "raises RemoteUnavailable"),
        (lambda records, put: [spoil(record, put) for record in records], "as it entered"),
        (lambda records, put: [idx.Rejected(record, "no") for record in records], "is refused: no"),
        (lambda records, put: [idx.Rejected(record, "") if "no" in str(record.get("id")) else record for record in records],
         "has no reason"),
        (lambda records, put: [answer({"id": record["id"]}, put) for record in records], "as it entered|raises KeyError"),
        (lambda records, put: [[answer(record, put)] for record in records], "is answered by"),
    ],
)  # fmt: skip
def test_a_writer_that_breaks_a_law_is_found_out(write, said):
    with pytest.raises(BrokenLaw, match=said):
        keep(writer(write))


def test_a_writer_that_only_nasty_records_break_is_found_out():
    def careless(records, put):
        return [answer(record, put) for record in records if len(record["id"]) < 9]

    with pytest.raises(BrokenLaw, match="raises"):
        keep(writer(careless))


class Encoder:
    joint = b""

    def __init__(self, hoards):
        self._hoards, self._hoard = hoards, []

    def encode(self, records):
        if self._hoards:
            self._hoard += records
        return b"".join(b"%s\n" % str(record["a"]).encode() for record in records)

    def start(self):
        return b""

    finish = start

    def layout(self):
        return ()


def formatter(*, hoards):
    return declared("acme.format", idx.Formatter, encoder=lambda self: Encoder(hoards), file_name="x")


def parse(self, file):
    with file.open() as stream:
        for line in stream:
            yield {"a": line.decode().rstrip("\n")}


def parse_all(self, file):
    with file.open() as stream:
        yield from [{"a": line} for line in stream.read().decode().splitlines()]


def declared(name, shape, **body):
    cls = type("Test", (shape,), {"__doc__": "Do it.", **body})
    return idx.script(name, summary="Do it.", examples=(idx.Example("one", {}, [{"a": "x"}], "x\n"),))(cls)


def parser(parse):
    return declared("acme.parse", idx.Parser, parse=parse)


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (Subject.of(formatter(hoards=True), {}), "MB of memory until a large file is written"),
        (Subject.of(formatter(hoards=False), {}, Subject.of(parser(parse_all))), "MB of memory until a large file is read"),
        (Subject.of(parser(parse_all), {}, large_file=lambda: [b"x" * 999 + b"\n"] * 26_000), "until a large file is read"),
        (Subject.of(parser(parse), {}, large_file=lambda: [b"x"]), "1 bytes are no large file"),
        (Subject.of(formatter(hoards=False), {}, Subject.of(parser(lambda self, file: islice(parse(self, file), 9)))),
         "9 are read again"),
    ],
)  # fmt: skip
def test_what_holds_on_to_a_large_file_is_found_out(subject, said):
    with pytest.raises(BrokenLaw, match=said):
        keep(subject, STREAM_LAWS)


def test_what_streams_keeps_the_laws():
    keep(Subject.of(formatter(hoards=False), {}, Subject.of(parser(parse))), STREAM_LAWS)
    keep(Subject.of(parser(parse), {}, large_file=lambda: [b"x" * 999 + b"\n"] * 26_000), STREAM_LAWS)
