"""Formats of platforms: what their pages ask for, whatever the records are, and nothing lost without a word."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripts.format.encoding import encoded

import identitysync as idx
from identitysync.scripts.format.aam import FormatAam
from identitysync.scripts.format.krux import FormatKrux
from identitysync.scripts.format.mailchimp import FormatMailchimp
from identitysync.scripts.format.salesforce import FormatSalesforce

names = st.sampled_from(["UID", "a", "b.c", "Tags", "na^me", "x:y", 'q"', "t\tb", "-d", "ü", ""])
texts = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["", "a,b", 'say "x"', "a;b", "a^b", "1:2", "a\nb", "\t", "#N/A", "x" * 300, "\ud800", "a@b.c"]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=2),
    max_leaves=5,
)
records = st.lists(st.dictionaries(names, plain, max_size=4), max_size=5)


def written(type, params, given_, tmp_path=None):
    """Give the text that comes out, or None without a file, and the job."""
    files = []
    steps = [idx.Step("r", "file.parse.json", next=["w"]), idx.Step("w", f"file.format.{type}", params)]
    job = idx.run(
        idx.Dataflow(name="f", steps=steps), inputs={"r": given_}, outputs={"w": files}, dead_letters=tmp_path
    )
    assert job.status == "succeeded", job.status_details
    return (files[0].open().read().decode() if files else None), job


def codes(job):
    return {reject.code for reject in job.rejects}


def split(formatter, given_):
    """Encode records in two batches; give the text, how many were written, and the codes of rejects."""
    half = len(given_) // 2
    content, rejects = encoded(formatter, [batch for batch in (given_[:half], given_[half:]) if batch])
    return content.decode(), len(given_) - len(rejects), {code for _, code in rejects}


@given(records)
def test_krux_has_a_line_for_each_user_that_reads_back_the_same(given_):
    text, count, codes = split(FormatKrux(file_name="u"), given_)
    lines = text.split("\n")[:-1]

    assert len(lines) == count
    assert codes <= {"no-user-id", "too-deep", "name-clash", "forbidden-character", "too-long", "charset", "not-finite"}
    for line in lines:
        user, attributes = line.split("^")
        assert user
        for pair in filter(None, attributes.split(";")):
            _, _, values = pair.partition(":")
            assert values
            assert all(len(value) < 255 for value in values.split(","))


PAIR = r'("[^"]*"="[^"]+"|(d_sid|d_unsid|ic)=[\w-]+)'


@given(records)
def test_aam_has_a_line_for_each_user_that_reads_back_the_same(given_):
    text, count, _ = split(FormatAam(dpid="1"), given_)
    lines = text.split("\n")[:-1]

    assert len(lines) == count
    for line in lines:
        user, pairs = line.split("\t")
        assert ":" not in user
        assert re.fullmatch(f"{PAIR}(,{PAIR})*", pairs)


@given(records)
def test_csv_of_platforms_is_read_by_the_csv_module_and_has_a_row_for_each_record(given_):
    mailchimp = FormatMailchimp(file_name="x", email_field=idx.FieldPath.parse("a"))
    for formatter in (FormatSalesforce(file_name="x"), mailchimp):
        text, count, _ = split(formatter, given_)
        rows = list(csv.reader(io.StringIO(text, newline="")))
        if rows and rows[0]:
            assert len(rows) == count + 1
            assert len({len(row) for row in rows}) == 1


def test_salesforce_tells_null_from_missing_even_below_and_in_named_columns(tmp_path):
    given_ = [{"a": None, "b": {"c": None}}, {"b": {"c": "x"}}, {"a": "#N/A", "z": [1, None]}]
    text, _ = written("salesforce", {"fileName": "x"}, given_, tmp_path)
    assert text == 'a,b.c,z\n#N/A,#N/A,\n,x,\n#N/A,,"[1,null]"\n'
    text, _ = written("salesforce", {"fileName": "x", "columns": "b.c, a"}, given_, tmp_path)
    assert text == "b.c,a\n#N/A,#N/A\nx,\n,#N/A\n"


def test_salesforce_parts_are_small_enough_for_one_upload():
    files = []
    steps = [
        idx.Step("r", "file.parse.json", next=["w"]),
        idx.Step("w", "file.format.salesforce", {"fileName": "x.csv", "maxFileSize": 1}),
    ]
    idx.run(idx.Dataflow(steps=steps), inputs={"r": ({"a": "x" * 1000} for _ in range(2500))}, outputs={"w": files})
    assert [file.name for file in files] == ["x_1.csv", "x_2.csv", "x_3.csv"]
    assert all(file.size < 1_000_000 for file in files)


@pytest.mark.parametrize("address", [None, "", "ada", "ada @example.com", " a@b.c", "a@b.c, d@e.f", 7, ["a@b.c"]])
def test_mailchimp_takes_one_address_for_each_contact(address, tmp_path):
    text, job = written("mailchimp", {"fileName": "x", "emailField": "mail"}, [{"mail": address}, {}], tmp_path)
    assert text is None
    assert codes(job) == {"no-email"}


def test_mailchimp_does_not_overwrite_a_column_without_a_word(tmp_path):
    given_ = [{"mail": "a@b.c", "Email Address": "d@e.f"}]
    text, job = written("mailchimp", {"fileName": "x", "emailField": "mail"}, given_, tmp_path)
    assert (text, codes(job)) == (None, {"name-clash"})


def test_krux_and_aam_refuse_what_would_be_read_as_something_else(tmp_path):
    cases = {
        "krux": [{"u": "a^b"}, {"u": "1", "x": "a;b"}, {"u": "1", "x": ["a,b", "c"]}, {"u": "1", "a:b": 1}, {"u": "1", "x": "\n"}],
        "aam": [{"u": "a:b", "x": 1}, {"u": "1", "x": 'a"b'}, {"u": "1", "x": "a\tb"}, {"u": "1", 'a"b': 1}],
    }  # fmt: skip
    for type, given_ in cases.items():
        params = {"dpid": "1"} if type == "aam" else {"fileName": "x"}
        text, job = written(type, params, given_, tmp_path)
        assert (text, codes(job), job.steps["w"].rejected) == (None, {"forbidden-character"}, len(given_))


@pytest.mark.parametrize("record", [{}, {"u": None}, {"u": ""}, {"u": ["1"]}, {"u": {}}])
def test_the_first_field_is_the_user_id(record, tmp_path):
    for type, params in (("krux", {"fileName": "x"}), ("aam", {"dpid": "1"})):
        text, job = written(type, params, [record], tmp_path)
        assert (text, codes(job)) == (None, {"no-user-id"})


def test_aam_tells_nothing_of_a_user_of_whom_nothing_is_known(tmp_path):
    text, job = written("aam", {"dpid": "1"}, [{"u": "1", "x": None}], tmp_path)
    assert (text, codes(job)) == (None, {"nothing-to-tell"})


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"dpid": "21"}, r"ftp_dpm_21_\d{10}\.sync"),
        ({"dpid": "20914", "targetDataOwner": "21", "overwrite": "true"}, r"ftp_dpm_20914_21_\d{10}\.overwrite"),
        ({"dpid": "21", "timestamp": "1366545717"}, r"ftp_dpm_21_1366545717\.sync"),
    ],
)
def test_the_aam_file_is_named_as_adobe_asks(params, name):
    files = []
    steps = [idx.Step("r", "file.parse.json", next=["w"]), idx.Step("w", "file.format.aam", params)]
    user = "97987bca-ae59-4c7d-94ba-ee4f19ab8c21"
    idx.run(idx.Dataflow(steps=steps), inputs={"r": [{"u": user, "x": 1}]}, outputs={"w": files})
    assert re.fullmatch(name, files[0].name)


def test_a_dpid_is_a_number():
    flow = idx.Dataflow(steps=[idx.Step("w", "file.format.aam", {"dpid": "../x"})])
    assert "invalid-parameter" in {fault.code for fault in idx.check(flow)}


@given(st.lists(st.dictionaries(names, plain, max_size=2), max_size=30))
def test_the_count_is_the_number_of_records(given_):
    text, _ = written("count", {"fileName": "n"}, given_)
    assert text == f"{len(given_)}\n"


def test_the_count_is_right_whoever_reads_the_file(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"a":1}\n' * 300_000)
    files = []
    flow = idx.Dataflow(steps=[
        idx.Step("r", "datasource.read.file", {"url": str(path)}, next=["p"]),
        idx.Step("p", "file.parse.json", next=["krux", "count"]),
        idx.Step("krux", "file.format.krux", {"fileName": "k"}),
        idx.Step("count", "file.format.count", {"fileName": "n"}),
    ])  # fmt: skip
    job = idx.run(flow, workers=2, outputs={"krux": files, "count": files})
    made = {file.name: file.open().read() for file in files}

    assert job.status == "succeeded", job.status_details
    assert made == {"k": b"1^\n" * 300_000, "n": b"300000\n"}


WHAT_A_RENAME_LEFT = {"profile": {"city": "Rome"}, "id": "u1", "age": 7}
SCHOOLS = {"id": "u1", "education": [{"school": "A", "year": 1}, {"school": "B", "more": {"x": ""}}, "none"]}


@pytest.mark.parametrize(
    ("record", "krux", "aam"),
    [
        (WHAT_A_RENAME_LEFT, "profile.city:Rome;age:7", '"profile.city"="Rome","age"="7"'),
        (
            SCHOOLS,
            "education.school:A,B;education.year:1;education:none",
            '"education.school"="A","education.school"="B","education.year"="1","education"="none"',
        ),
    ],
)
def test_an_object_is_no_user_id_and_objects_in_arrays_are_several_values_of_their_names(record, krux, aam, tmp_path):
    assert written("krux", {"fileName": "x"}, [record], tmp_path)[0] == f"u1^{krux}\n"
    assert written("aam", {"dpid": "1"}, [record], tmp_path)[0] == f"u1\t{aam}\n"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"id": "1", "a": [{"b": 1}], "a.b": 2}, "name-clash"),
        ({"id": "1", "a.b": 2, "a": [{"b": 1}]}, "name-clash"),
        ({"id": "1", "a": [{"b": [[1]]}]}, "too-deep"),
        ({"id": "1", "a": [[1]]}, "too-deep"),
    ],
)
def test_what_cannot_be_told_of_a_person_is_rejected(record, code, tmp_path):
    for type, params in (("krux", {"fileName": "x"}), ("aam", {"dpid": "1"})):
        text, job = written(type, params, [record], tmp_path)
        assert (text, codes(job)) == (None, {code})


@pytest.mark.parametrize(
    ("params", "record", "code"),
    [
        ({"dpid": "1"}, {"id": "a%3ab", "x": 1}, "forbidden-character"),
        ({"dpid": "1"}, {"id": "1", "-x": 1}, "forbidden-character"),
        ({"dpid": "1"}, {"id": "1", "d_sid": "summer"}, "no-trait"),
        ({"dpid": "20914", "targetDataOwner": "1"}, {"id": "97987BCA-AE59-4C7D-94BA-EE4F19AB8C21", "x": 1}, "no-device-id"),
        ({"dpid": "20915", "targetDataOwner": "1"}, {"id": "97987bca-ae59-4c7d-94ba-ee4f19ab8c21", "x": 1}, "no-device-id"),
        ({"dpid": "20915", "targetDataOwner": "1"}, {"id": "u1", "x": 1}, "no-device-id"),
    ],
)  # fmt: skip
def test_audience_manager_gets_no_id_and_no_key_that_it_reads_as_another(params, record, code, tmp_path):
    text, job = written("aam", params, [record], tmp_path)
    assert (text, codes(job)) == (None, {code})


def test_ids_of_devices_need_somebody_who_owns_the_data():
    flow = idx.Dataflow(steps=[idx.Step("w", "file.format.aam", {"dpid": "20914"})])
    (fault,) = (fault for fault in idx.check(flow) if fault.path.startswith("$.steps[0].params"))
    assert fault.path == "$.steps[0].params.targetDataOwner"
    assert "Android" in fault.message
