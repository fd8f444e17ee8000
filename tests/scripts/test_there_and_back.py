"""What is written is read back the same; parts share their columns and keep their size; nothing is lost."""

import io

from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx

S = idx.Step
names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)
texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["", '"', '""', "a\nb", "a\r\nb", "\r", ",", ";", "|", "\t", " x ", "\\", '\\"', "\x00", "=1", "ü€🎉", "'"]
    ),
)
tables = names.flatmap(lambda _: st.lists(names, min_size=1, max_size=4, unique=True)).flatmap(
    lambda columns: st.lists(st.fixed_dictionaries(dict.fromkeys(columns, texts)), min_size=1, max_size=6)
)
separators = st.sampled_from([",", ";", "|", "\\t", "||", "::", " ", "a"])


def written(type, params, records):
    files = []
    flow = idx.Dataflow(
        name="f", steps=[S("r", "file.parse.json", next=["w"]), S("w", type, {"fileName": "out.txt", **params})]
    )
    job = idx.run(flow, inputs={"r": records}, outputs={"w": files})
    assert job.status == "succeeded", job.status_details
    return files, job


def read(type, params, files):
    flow = idx.Dataflow(name="f", steps=[S("r", "file.uncompress.gzip", next=["p"]), S("p", type, params)])
    return list(idx.stream(flow, until="p", inputs={"r": files}))


@given(tables, separators, st.booleans(), st.sampled_from(["", "\\"]), st.sampled_from(["\\n", "\\r\\n", "\\r"]))
def test_dsv_comes_back_as_it_went_whatever_the_dialect(records, separator, quote_all, escape, line_end):
    dialect = {"columnSeparator": separator, "escapeCharacter": escape}
    files, job = written("file.format.dsv", {**dialect, "quoteFields": quote_all, "lineEnd": line_end}, records)

    assert job.steps["w"].rejected == 0
    assert read("file.parse.dsv", dialect, files) == records


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(names, plain, max_size=4), max_size=6),
    st.sampled_from([{"lines": True}, {"lines": False}, {"wrapField": 'the "users"'}]),
)
def test_json_comes_back_as_it_went_in_every_form(records, form):
    files, _ = written("file.format.json", {**form, "createEmptyFile": True}, records)
    back = read("file.parse.json", {"wrapField": form.get("wrapField", "")}, files)

    assert back == records
    assert [list(record) for record in back] == [list(record) for record in records]


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            ("file.parse.dsv", {"columnSeparator": ","}),
            (
                "file.parse.dsv",
                {"columnSeparator": "||", "fileCharset": "auto-detect", "inferTypes": True, "escapeCharacter": "\\"},
            ),
            ("file.parse.json", {}),
            ("file.parse.json", {"wrapField": "a"}),
        ]
    ),
)
def test_a_parser_never_crashes_whatever_it_is_given(tmp_path_factory, content, parser):
    flow = idx.Dataflow(name="f", steps=[S("r", "file.uncompress.gzip", next=["p"]), S("p", *parser)])
    job = idx.run(flow, inputs={"r": [content]}, outputs={"p": []}, dead_letters=tmp_path_factory.mktemp("dead"))

    assert not job.status_details.startswith("unexpected")
    assert job.steps["p"].received == job.steps["p"].passed + job.steps["p"].rejected


def test_a_column_that_turns_up_late_is_never_lost_and_pads_what_was_before():
    records = [{"a": f'x "{n}"\n'} for n in range(2500)] + [{"b": n, "a": "y"} for n in range(10)]
    files, _ = written("file.format.dsv", {"columnSeparator": ","}, records)
    back = read("file.parse.dsv", {"columnSeparator": ","}, files)

    assert back[0] == {"a": 'x "0"\n', "b": ""}
    assert back[-1] == {"a": "y", "b": "9"}
    assert len(back) == 2510


def test_parts_are_numbered_share_their_columns_and_keep_their_size():
    records = [{"n": n, "text": "x" * 1000} for n in range(4000)] + [{"late": "column"}]
    files, _ = written(
        "file.format.dsv", {"columnSeparator": ",", "maxFileSize": 1, "fileName": "sub/out.v1.csv"}, records
    )
    heads = {io.TextIOWrapper(file.open(), "utf-8").readline() for file in files}

    assert [file.name for file in files] == [f"sub/out.v1_{number}.csv" for number in range(1, len(files) + 1)]
    assert len(files) == 5
    assert heads == {"n,text,late\n"}
    assert all(file.size <= 1_000_000 + 20_000 for file in files)
    back = read("file.parse.dsv", {"columnSeparator": ","}, files)
    assert len(back) == 4001
    assert back[3999]["n"] == "3999"


def test_parts_of_json_are_each_whole():
    files, _ = written("file.format.json", {"maxFileSize": "1"}, [{"n": n, "text": "x" * 1000} for n in range(3000)])

    assert len(files) >= 3
    assert [record["n"] for record in read("file.parse.json", {}, files)] == list(range(3000))


def test_an_empty_run_makes_a_file_only_when_it_is_asked_for():
    dsv = {"columnSeparator": ","}
    assert written("file.format.dsv", dsv, [])[0] == []
    assert written("file.format.dsv", {**dsv, "createEmptyFile": True}, [])[0][0].size == 0
    (with_columns,) = written("file.format.dsv", {**dsv, "createEmptyFile": "true", "columns": "a, b"}, [])[0]
    assert with_columns.open().read() == b"a,b\n"
    (without_header,) = written("file.format.dsv", {**dsv, "writeHeader": False}, [{"a": 1}])[0]
    assert without_header.open().read() == b"1\n"


def test_what_a_charset_cannot_hold_rejects_its_record_and_no_other(tmp_path):
    files = []
    flow = idx.Dataflow(
        name="f",
        steps=[
            S("r", "file.parse.json", next=["w"]),
            S("w", "file.format.dsv", {"fileName": "o", "columnSeparator": ",", "fileCharset": "ISO-8859-1"}),
        ],
    )
    job = idx.run(flow, inputs={"r": [{"a": "é"}, {"a": "€"}, {"a": "x"}]}, outputs={"w": files}, dead_letters=tmp_path)

    assert (job.steps["w"].passed, job.steps["w"].rejected) == (2, 1)
    assert files[0].open().read() == "a\né\nx\n".encode("latin-1")
