"""JSON files into records: the forms, their faults, and how much memory they take."""

import io
import json
import time
import tracemalloc
from importlib import import_module

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from identitysync.contract import File, Note, Rejected
from identitysync.errors import FormatError
from identitysync.scripts.parse.json import ParseJson

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**64, 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(['"', "\\", "},{", "\n{", "]}", "\\u0041", "\u2028", "😀", "\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
records = st.lists(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), values, max_size=4), max_size=6
)


def parsed(text, name="f.json", **params):
    return list(ParseJson(**params).parse(File(name, text)))


def rejects(found):
    return [(each.record["_line"], each.record["_text"], each.code) for each in found if isinstance(each, Rejected)]


def array(records, indent):
    return json.dumps(records, indent=indent, ensure_ascii=indent is None)


def lines(records, _):
    return "".join(json.dumps(record) + "\n" for record in records)


def one_after_the_other(records, indent):
    return ("\n" if indent is not None else " ").join(json.dumps(record, indent=indent) for record in records)


def without_blanks(records, _):
    return "".join(json.dumps(record, separators=(",", ":")) for record in records)


FORMS = {
    "array": (array, {}),
    "lines": (lines, {}),
    "one after the other": (one_after_the_other, {}),
    "without blanks": (without_blanks, {}),
    "wrapped": (
        lambda r, i: json.dumps({"n": [{"no": 1}], "all": r, "z": {"all": []}}, indent=i),
        {"wrap_field": "all"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
@given(records=records, indent=st.sampled_from([None, 0, 2]))
def test_every_form_gives_the_records_that_went_in(form, records, indent):
    write, params = FORMS[form]
    if form == "one after the other":  # a first {} on a line of its own would mean lines
        records = [{"first": 1}, *records]
    text = write(records, indent)

    assert parsed(text.encode(), **params) == records


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_where_a_block_ends_makes_no_difference(form, size, monkeypatch):
    monkeypatch.setattr(import_module("identitysync.scripts.parse.json"), "_BLOCK", size)
    write, params = FORMS[form]
    given_ = [
        {"UID": str(i), "t": '\\"},{"UID":"\n', "l": [{"UID": 1}, {"UID": 2}], "e": "é😀", "o": {"UID": {}}}
        for i in range(9)
    ]

    assert parsed(write(given_, None).encode(), **params) == given_
    assert parsed(write(given_, 1).encode(), **params) == given_


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,\\ \n1tx'), max_size=60).map(str.encode), st.booleans())
@example(b'{"a":"\\', False)
@example(b'{"a":[1}\n{"a":2]}', False)
def test_whatever_bytes_come_nothing_but_a_format_error_is_raised(data, wrapped):
    try:
        found = parsed(data, wrap_field="a" if wrapped else "")
    except FormatError as fault:
        assert (fault.file, fault.line >= 1) == ("f.json", True)  # noqa: PT017 - most bytes raise, some do not
    else:
        assert all(isinstance(each, dict | Rejected) for each in found)


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(['{"a":1}', '{"a":', "1}", "{}", "[1", ",2]", "", " ", '{"a":1} {"b":2}', "}{"]), max_size=8
    )
)
def test_lines_are_judged_alone_wherever_they_stand(texts):
    content = "\n".join(['{"first":1}', *texts])
    found = parsed(content.encode())

    alone = [json_or_text(text) for text in texts if text.strip()]
    assert [each if isinstance(each, dict) else each.record["_text"] for each in found] == [{"first": 1}, *alone]


def json_or_text(text):
    try:
        return msgspec.json.decode(text)
    except ValueError:
        return text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}{"b":2}', [{"a": 1}, {"b": 2}]),
        ('{"a":1} {"b":2}\n{"c":3} {"d":4}', [{"a": 1}, {"b": 2}, {"c": 3}, {"d": 4}]),
        ('{"a":\n{"b":1}\n}\n{"c":1}', [{"a": {"b": 1}}, {"c": 1}]),
        ('{\n"a":1\n}', [{"a": 1}]),
        ('\r\n\t {"a":1}\r\n\r\n{"b":2}\r\n', [{"a": 1}, {"b": 2}]),
        ('\ufeff{"a":1}\n{"b":2}', [{"a": 1}, {"b": 2}]),
        ('\ufeff [{"a":1}]', [{"a": 1}]),
    ],
)
def test_the_form_is_told_by_the_beginning(text, expected):
    assert parsed(text.encode()) == expected


@pytest.mark.parametrize("broken", ['{"a":1', '{"a":', '{"a":1} garbage', "garbage", '{"a":1}}', '{"a":1}{"b":1}'])
def test_a_broken_first_line_is_rejected_when_the_second_is_whole(broken):
    found = parsed(f'{broken}\n{{"b":2}}\n{{"c":3}}\n'.encode())

    assert rejects(found) == [(1, broken, "malformed-json")]
    assert found[1:] == [{"b": 2}, {"c": 3}]


def test_a_broken_line_names_itself_and_the_others_go_on():
    found = parsed(b'{"a":1}\n\n{"a":2,}\n{"a":3}\n[4]\n{"a":"\xe9"}\n{"a":"\\ud800"}', name="x/y.json")

    assert rejects(found) == [
        (3, '{"a":2,}', "malformed-json"),
        (5, "[4]", "no-object"),
        (6, '{"a":"<\\xe9>"}', "malformed-json"),
        (7, '{"a":"\\ud800"}', "malformed-json"),
    ]
    assert [each for each in found if isinstance(each, dict)] == [{"a": 1}, {"a": 3}]
    messages = [each.message for each in found if isinstance(each, Rejected)]
    assert messages[0].startswith("x/y.json: line 3: this is no JSON: trailing comma in object (byte ")
    assert "an array, not an object" in messages[1]
    assert "half of a surrogate pair" in messages[3]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[{"a":1},\n{"a":\n2,}]', 3, "trailing comma"),
        ('[{"a":1}\n{"a":1}]', 2, "a comma is missing before '{\"a\":1}]'"),
        ('[{"a":1},\n]', 2, "nothing follows the last comma"),
        ('[{"a":1}', 1, "cut off"),
        ('[{"a":1},\n\n{"a":"x', 3, "cut off"),
        ('[{"a":1}]\n{"a":2}', 2, "something follows the end of the array"),
        ('{\n"a":1\n}\n{\n"a":}\n', 5, "invalid character"),
        ("[nul]", 1, "no JSON"),
        ("[,1]", 1, "a value is missing"),
    ],
)
def test_a_fault_in_an_array_or_among_objects_ends_the_file_and_names_the_line(text, line, words):
    with pytest.raises(FormatError, match=r"^f\.json: line ") as caught:
        parsed(text.encode())

    assert caught.value.line == line
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"t":1}', "no array 'users'"),
        ('{"users":{"a":1}}', "no array 'users'"),
        ('[{"a":1}]', "no object with 'users'"),
        ('{"t":bad,"users":[]}', "no JSON"),
        ('{"users":[{"a":1}]', "cut off"),
        ('{"users":[{"a":1}] "b":1}', "a comma is missing"),
        ('{"users":[{"a":1}],}', "nothing follows the last comma"),
        ('{"users":[{"a":1}]} {}', "something follows the end"),
        ('{"users"[{"a":1}]}', "a colon is missing"),
        ("{users:[]}", "a name is missing"),
        ('{"us', "cut off"),
    ],
)
def test_a_wrapping_object_with_a_fault_says_which(text, words):
    with pytest.raises(FormatError, match=words):
        parsed(text.encode(), wrap_field="users")


def test_the_wrapping_name_may_be_written_with_escapes_and_stand_anywhere():
    assert parsed(b'{"a":["users"],"us\\u0065rs":[{"b":1},2]}', wrap_field="users")[0] == {"b": 1}
    assert rejects(parsed(b'{"users":[{"b":1},2]}', wrap_field="users")) == [(1, "2", "no-object")]


def test_what_is_no_object_is_rejected_in_every_form():
    for text in ('[1, {"a":1}, "x"]', '1\n{"a":1}\n"x"\n', '{"a":1}\n1 "x"'):
        found = parsed(text.encode())
        assert [each for each in found if isinstance(each, dict)] == [{"a": 1}]
        assert len(found) >= 2


def test_integers_of_any_size_stay_exact():
    numbers = [2**63 - 1, 2**63, 2**64, -(2**64) - 1, 10**300 + 7]
    assert parsed(json.dumps([{"n": n} for n in numbers]).encode()) == [{"n": n} for n in numbers]


@pytest.mark.parametrize("text", ["1e400", "-1e400", "9" * 5000])
def test_a_number_beyond_all_bounds_is_rejected_and_not_changed(text):
    found = parsed(f'{{"a":1}}\n{{"a":{text}}}\n'.encode())
    assert found[0] == {"a": 1}
    assert found[1].code == "malformed-json"


@pytest.mark.parametrize(
    "charset", ["UTF-16", "utf-16-le", "UTF-16BE", "UTF-32", "ISO-8859-1", "windows-1252", "auto-detect"]
)
def test_charsets_are_read(charset):
    text = '{"a":"é"}\n{"a":"ü"}\n'
    data = text.encode("windows-1252" if charset == "auto-detect" else charset)
    found = parsed(data, file_charset=charset)

    assert [each for each in found if isinstance(each, dict)] == [{"a": "é"}, {"a": "ü"}]
    assert [each for each in found if isinstance(each, Note)] == (
        [Note("f.json is taken for windows-1252")] if charset == "auto-detect" else []
    )


def test_the_file_name_is_added_and_never_overwrites_a_field():
    assert parsed(b'[{"a":1}]', add_filename=True) == [{"a": 1, "_fileName": "f.json"}]
    (found,) = parsed(b'[{"_fileName":"mine"}]', add_filename=True)
    assert (found.code, found.record["_text"]) == ("name-clash", '{"_fileName":"mine"}')


def test_records_come_before_the_rest_of_the_file_is_read():
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self):
            return True

        def seekable(self):
            return True

        def seek(self, offset, whence=0):
            assert (offset, whence) == (0, 0)
            return 0

        def read(self, size=-1):
            self.taken += size
            assert self.taken < 10 << 20
            return b'{"a":1}\n' * (size // 8)

    class EndlessFile:
        name = "endless"

        def open(self):
            return Endless()

    reader = ParseJson().parse(EndlessFile())
    assert [next(reader) for _ in range(1000)] == [{"a": 1}] * 1000
    reader.close()


def repeated(unit, count, start=b"", end=b""):
    """Give a file that holds a unit many times and takes no memory."""

    class Stream(io.RawIOBase):
        def __init__(self):
            super().__init__()
            self._place = 0

        def seek(self, offset, whence=0):
            self._place = offset
            return offset

        def read(self, size=-1):
            first, offset = divmod(max(0, self._place - len(start)), len(unit))
            data = start[self._place :] + (unit * min(count - first, size // len(unit) + 2))[offset:]
            if self._place + len(data) >= len(start) + count * len(unit):
                data += end[max(0, self._place - len(start) - count * len(unit)) :]
            self._place += len(data[:size])
            return data[:size]

    class Repeated:
        name = "f.json"

        def open(self):
            return Stream()

    return Repeated()


WIDE = json.dumps([{"UID": str(i), "l": [{"UID": 1}], "text": "x" * 6000} for i in range(150)]).encode()[1:-1]


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        (WIDE.replace(b"}, {", b"}\n{") + b"\n", b"", b""),
        (WIDE + b",", b"[", b'{"UID":1}]'),
        (WIDE.replace(b"}, {", b"} {") + b"\n", b'{\n"UID":0}', b""),
    ],
    ids=["lines", "array", "one after the other"],
)
def test_memory_does_not_grow_with_a_file_of_200_megabytes(unit, start, end):
    count = 200_000_000 // len(unit)
    tracemalloc.start()
    try:
        found = sum(1 for each in ParseJson().parse(repeated(unit, count, start, end)) if type(each) is dict)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert found >= count * 150
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"UID": 1, "ids": [{"p": 1}, {"p": 2}, {"p": 3}, {"p": 4}, {"p": 5}]}] * 20_000).encode(),
        json.dumps([{"id": 1, "kids": [{"id": 2}, {"id": 3}, {"id": 4}, {"id": 5}]}] * 20_000).encode(),
        b'{"a":"' + b"x\\" * 5_000_000 + b'"}',
        b'[{"a":"' + b'\\"' * 5_000_000,
        b"[" * 3_000_000,
        b'{"a":1' * 150_000,
        b"{}" * 150_000,
        b"[" + b"{}," * 100_000,
        b"{}\n" * 100_000 + b"{\n" * 100_000,
    ],
    ids=[
        "arrays inside",
        "records inside",
        "long text",
        "open text",
        "open",
        "open objects",
        "empties",
        "empty array",
        "lines",
    ],
)
def test_no_file_takes_more_than_linear_time(text):
    started = time.process_time()
    try:
        for _ in ParseJson().parse(File("f.json", text)):
            pass
    except FormatError:
        pass
    assert time.process_time() - started < 3


def test_a_record_without_end_is_given_up_and_not_kept_in_memory(monkeypatch):
    for name in ("json_source", "json_lines"):
        monkeypatch.setattr(import_module(f"identitysync.scripts.parse.{name}"), "MAX_ELEMENT", 2_000_000)
    for start in (b'[{"a":"', b'["', b"[", b'{"a":1}\n{"a":"'):
        unit = b"1" * 100_000
        with pytest.raises(FormatError, match=r"more than 2000000 bytes|no JSON"):
            list(ParseJson().parse(repeated(unit, 100, start)))
