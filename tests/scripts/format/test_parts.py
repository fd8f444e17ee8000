"""Files in parts: numbered, each whole, all with the same columns, nothing lost, none larger than was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx

S = idx.Step
COLUMNS = ["a", "b", "c d", "profile.email", 'say "x"', "n\nl"]
cells = st.sampled_from(["", "x", "long " * 9, '"', "a\nb", "\r\n", ",", "||", "\\", '\\"', "é😀", "'", "\t"])


@st.composite
def growing(draw):
    """Draw records among which columns turn up one after the other."""
    known, records = 0, []
    for new in draw(st.lists(st.booleans(), max_size=40)):
        known = min(known + new, len(COLUMNS))
        records.append(draw(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS[:known], cells))))
    return records


def written(type, params, records, name="sub/out.v1.csv", **options):
    files = []
    steps = [S("r", "file.parse.json", next=["w"]), S("w", type, {"fileName": name, **params})]
    job = idx.run(idx.Dataflow(name="f", steps=steps), inputs={"r": records}, outputs={"w": files}, **options)
    assert job.status == "succeeded", job.status_details
    return files, job


def contents(files):
    return [file.open().read() for file in files]


def read(type, params, files):
    flow = idx.Dataflow(name="f", steps=[S("r", "file.uncompress.gzip", next=["p"]), S("p", type, params)])
    return list(idx.stream(flow, until="p", inputs={"r": files}))


@given(
    records=growing(),
    limit=st.sampled_from([1, 60, 150, 600]),
    separator=st.sampled_from([",", "||", "\\t"]),
    style=st.fixed_dictionaries(
        {},
        optional={
            "quoteFields": st.just(True),
            "escapeCharacter": st.just("\\"),
            "lineEnd": st.just("\\r\\n"),
            "fileCharset": st.just("UTF-16"),
        },
    ),
)
def test_parts_of_dsv_lose_nothing_share_all_columns_and_keep_their_size(records, limit, separator, style):
    columns = list(dict.fromkeys(name for record in records for name in record))
    files, job = written(
        "file.format.dsv", {"columnSeparator": separator, "maxFileSize": limit / 1e6, **style}, records
    )
    parse = {key: style[key] for key in ("escapeCharacter", "fileCharset") if key in style}
    parts = [read("file.parse.dsv", {"columnSeparator": separator, **parse}, [file]) for file in files]

    numbers = range(1, len(files) + 1)
    assert [file.name for file in files] == (
        ["sub/out.v1.csv"][: len(files)] if len(files) < 2 else [f"sub/out.v1_{number}.csv" for number in numbers]
    )
    if not columns:  # rows of nothing but line ends
        return
    assert [record for part in parts for record in part] == [
        {name: record.get(name, "") for name in columns} for record in records
    ]
    width = 2 if "fileCharset" in style else 1
    header = width * (sum(map(len, columns)) + 6 * len(columns) + 4)
    padding = width * len(columns) * 4
    for part, content in zip(parts, contents(files), strict=True):
        assert all(list(record) == columns for record in part)
        assert len(part) == 1 or len(content) <= limit + header + len(part) * padding
    assert job.steps["w"].passed == len(records)


@given(
    records=growing(),
    limit=st.sampled_from([1, 60, 150, 600]),
    form=st.sampled_from([{}, {"lines": True}, {"wrapField": "users"}]),
)
def test_parts_of_json_are_each_whole_lose_nothing_and_never_exceed_the_limit(records, limit, form):
    files, _ = written("file.format.json", {**form, "maxFileSize": limit / 1e6}, records)
    wrap = {"wrapField": form["wrapField"]} if "wrapField" in form else {}
    parts = [read("file.parse.json", wrap, [file]) for file in files]

    assert [record for part in parts for record in part] == records
    for part, content in zip(parts, contents(files), strict=True):
        assert len(part) == 1 or len(content) <= limit


@pytest.mark.parametrize(
    ("type", "params"),
    [("file.format.dsv", {"columnSeparator": ","}), ("file.format.json", {}), ("file.format.json", {"lines": True})],
)
def test_parts_are_filled_and_never_exceed_the_limit_when_no_column_is_late(type, params):
    records = [{"n": n, "text": "x" * (n % 90)} for n in range(3000)]
    files, _ = written(type, {**params, "maxFileSize": "0.01"}, records)
    sizes = [file.size for file in files]

    assert len(sizes) > 10
    assert max(sizes) <= 10_000
    assert min(sizes[:-1]) >= 8_500


def test_a_late_column_reaches_the_parts_that_were_complete_long_ago():
    records = [{"a": f'x "{n}"\n'} for n in range(500)] + [{"b": 1}]
    files, _ = written("file.format.dsv", {"columnSeparator": ",", "maxFileSize": 0.001}, records)

    assert len(files) > 5
    assert {content.partition(b"\n")[0] for content in contents(files)} == {b"a,b"}
    assert contents(files)[0].startswith(b'a,b\n"x ""0""\n",\n"x ""1""\n",\n')
    assert contents(files)[-1].endswith(b"\n,1\n")


def test_without_a_header_late_columns_are_padded_all_the_same():
    records = [{"a": n} for n in range(100)] + [{"b": 1}]
    params = {"columnSeparator": ",", "writeHeader": False, "maxFileSize": 0.0001}
    lines = [line for content in contents(written("file.format.dsv", params, records)[0]) for line in content.split()]

    assert lines == [*(f"{n},".encode() for n in range(100)), b",1"]


def test_a_reject_is_in_no_part_and_leaves_no_column(tmp_path):
    records = [{"a": n} for n in range(200)]
    records[100:100] = [{"a": 1, "bad": float("nan")}, {"p": {"q": 1}, "p.q": 2, "worse": 3}]
    files, job = written(
        "file.format.dsv", {"columnSeparator": ",", "maxFileSize": 0.0001}, records, dead_letters=tmp_path
    )

    assert job.steps["w"].rejected == 2
    assert read("file.parse.dsv", {"columnSeparator": ","}, files) == [{"a": str(n)} for n in range(200)]


@pytest.mark.parametrize(
    ("type", "params", "content"),
    [
        ("file.format.dsv", {"columnSeparator": ","}, b""),
        ("file.format.dsv", {"columnSeparator": ",", "columns": "a, b"}, b"a,b\n"),
        ("file.format.dsv", {"columnSeparator": ",", "columns": "a, b", "quoteFields": True}, b'"a","b"\n'),
        ("file.format.dsv", {"columnSeparator": ",", "columns": "a, b", "writeHeader": "false"}, b""),
        ("file.format.json", {}, b"[\n]\n"),
        ("file.format.json", {"wrapField": "users"}, b'{"users":[\n]}\n'),
        ("file.format.json", {"lines": True}, b""),
    ],
)
@pytest.mark.parametrize("records", [[], [{"a": float("nan")}]], ids=["none", "only a reject"])
def test_without_records_there_is_a_file_only_when_it_is_asked_for(type, params, content, records, tmp_path):
    assert written(type, params, records, dead_letters=tmp_path)[0] == []
    files, _ = written(type, {**params, "createEmptyFile": True, "maxFileSize": 1}, records, dead_letters=tmp_path)

    assert contents(files) == [content]
    assert [file.name for file in files] == ["sub/out.v1.csv"]


@pytest.mark.parametrize("type", ["file.format.dsv", "file.format.json"])
@pytest.mark.parametrize("size", [float("inf"), float("nan"), 0, -1, "1e300"])
def test_a_size_that_no_file_has_is_told_before_anything_runs(type, size):
    separator = {"columnSeparator": ","} if type == "file.format.dsv" else {}
    steps = [S("w", type, {"fileName": "f", "maxFileSize": size, **separator})]
    faults = [fault for fault in idx.check(idx.Dataflow(name="f", steps=steps)) if "maxFileSize" in fault.path]

    assert [fault.severity for fault in faults] == ["error"]
