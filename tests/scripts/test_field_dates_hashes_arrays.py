"""``field.date.format``, ``field.hash`` and ``field.array.extract``."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx

S = idx.Step


def through(type, params, records, **options):
    out = []
    flow = idx.Dataflow(name="f", steps=[S("s", "file.parse.json", next=["x"]), S("x", type, params)])
    job = idx.run(flow, inputs={"s": records}, outputs={"x": out}, **options)
    assert job.status == "succeeded", job.status_details
    return out, job


def faults(type, params):
    flow = idx.Dataflow(name="f", steps=[S("x", type, params)])
    return [each for each in idx.check(flow) if each.code != "unreachable"]


# ---- field.date.format ----


def change(value, source, target, **zones):
    fields = [{"field": "d", "sourceFormat": source, "targetFormat": target, **zones}]
    ((record,), _) = through("field.date.format", {"fields": fields}, [{"d": value}])
    return record["d"]


@pytest.mark.parametrize(
    ("value", "source", "target", "made"),
    [
        ("31.12.2024", "dd.MM.yyyy", "yyyy-MM-dd", "2024-12-31"),
        (1751371200000, "unixMillis", "iso", "2025-07-01T12:00:00.000Z"),
        ("1751371200", "unix", "iso", "2025-07-01T12:00:00.000Z"),
        (1751371200.5, "unix", "unixMillis", 1751371200500),
        (-1, "unixMillis", "unix", -1),
        ("2025-07-01T12:00:00Z", "iso", "unix", 1751371200),
        ("2025-07-01T14:00:00+02:00", "iso", "unix", 1751371200),
        ("2025-07-01", "iso", "dd/MM/yy", "01/07/25"),
        ("2025-07-01T12:00:00.123456Z", "iso", "iso", "2025-07-01T12:00:00.123Z"),
        (20250701, "yyyyMMdd", "iso", "2025-07-01T00:00:00.000Z"),
        ("", "iso", "unix", ""),
        (None, "iso", "unix", None),
    ],
)
def test_a_date_is_the_same_moment_in_another_format(value, source, target, made):
    found = change(value, source, target)
    assert (found, type(found)) == (made, type(made))


def test_zones_say_where_a_date_without_one_was_written_and_where_it_is_read():
    paris = {"sourceTimeZone": "Europe/Paris"}
    assert change("01.07.2025 14:00", "dd.MM.yyyy HH:mm", "iso", **paris) == "2025-07-01T12:00:00.000Z"
    assert change("2025-01-01T00:30:00", "iso", "iso", **paris) == "2024-12-31T23:30:00.000Z"
    tokyo = {"targetTimeZone": "Asia/Tokyo"}
    assert change(0, "unix", "yyyy-MM-dd HH:mm XXX", **tokyo) == "1970-01-01 09:00 +09:00"
    assert change(0, "unix", "iso", **tokyo) == "1970-01-01T09:00:00.000+09:00"


def test_a_date_can_be_read_as_leniently_as_java_reads_it():
    assert change("30.02.2025", "dd.MM.yyyy", "yyyy-MM-dd", lenient=True) == "2025-03-02"
    assert change("1.7.2025, at noon", "dd.MM.yyyy", "yyyy-MM-dd", lenient=True) == "2025-07-01"


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("30.02.2025", "dd.MM.yyyy"),
        ("2025-07-01", "dd.MM.yyyy"),
        ("tomorrow", "iso"),
        ("now", "unix"),
        ("nan", "unix"),
        (1e300, "unixMillis"),
        (True, "unix"),
        ({"a": 1}, "iso"),
    ],
)
def test_a_value_that_does_not_fit_rejects_the_record_as_it_entered(value, source, tmp_path):
    fields = [
        {"field": "fine", "sourceFormat": "unix", "targetFormat": "iso"},
        {"field": "d", "sourceFormat": source, "targetFormat": "iso"},
    ]
    out, job = through("field.date.format", {"fields": fields}, [{"fine": 0, "d": value}], dead_letters=tmp_path)
    (letter,) = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]

    assert (out, letter["code"], letter["record"]) == ([], "date", {"fine": 0, "d": value})
    assert "the date in d cannot be read" in letter["message"]


@given(st.datetimes().map(lambda each: each.replace(microsecond=each.microsecond // 1000 * 1000)))
def test_what_is_written_is_read_back(moment):
    text = moment.isoformat(timespec="milliseconds") + "Z"
    number = change(text, "iso", "unixMillis")
    assert change(number, "unixMillis", "iso") == text


def test_formats_and_zones_are_checked_with_their_place():
    params = {
        "fields": [{"field": "d", "sourceFormat": "YYYY-MM-dd", "targetFormat": "bb", "targetTimeZone": "Mars/North"}]
    }
    found = {
        fault.path.rpartition(".")[2]: (fault.code, fault.severity) for fault in faults("field.date.format", params)
    }
    assert found == {
        "sourceFormat": ("week-year", "warning"),
        "targetFormat": ("pattern", "error"),
        "targetTimeZone": ("invalid-parameter", "error"),
    }


# ---- field.hash ----


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("normalize", "value", "text"),
    [
        ("none", " Ada@X.com", " Ada@X.com"),
        ("email", " Ada @X.com\t", "ada@x.com"),
        ("phone", "+49 (0)89 / 12-34", "4908912 34".replace(" ", "")),
        ("phone", "0049 89 1234", "49891234"),
        ("text", "  Zoë \u00a0 ÅNGSTRÖM ", "zoë ångström"),
        ("none", 12, "12"),
        ("none", True, "true"),
        ("none", {"a": [1]}, '{"a":[1]}'),
    ],
)
def test_a_value_is_hashed_by_its_text(normalize, value, text):
    out, _ = through("field.hash", {"fields": [{"field": "v"}], "normalize": normalize}, [{"v": value}])
    assert out == [{"v": sha(text)}]


@pytest.mark.parametrize(
    ("normalize", "value", "hashed"),
    [  # the examples of Meta's page on customer information parameters
        ("email", "John_Smith@gmail.com", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        ("phone", "1 (650)555-1212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("text", "Mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("text", "정", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("text", "Valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ],
)
def test_hashes_are_those_that_an_ad_platform_shows(normalize, value, hashed):
    out, _ = through("field.hash", {"fields": [{"field": "v"}], "normalize": normalize}, [{"v": value}])
    assert out == [{"v": hashed}]


def test_nothing_is_not_hashed():
    records = [{"v": None}, {}, {"v": ""}, {"v": "  "}, {"v": "---"}]
    out, _ = through("field.hash", {"fields": [{"field": "v"}], "normalize": "phone"}, records)
    assert out == records


def test_a_hash_may_stand_beside_its_value_and_be_made_with_a_key_that_shows_nowhere(monkeypatch):
    monkeypatch.setenv("HASH_KEY", "planted-key")
    params = {
        "fields": [{"field": "p.id", "targetField": "p.hash"}, {"field": "p.id", "targetField": "again"}],
        "algorithm": "hmac-sha256",
        "key": "${env:HASH_KEY}",
    }
    ((record,), job) = through("field.hash", params, [{"p": {"id": "1"}}])
    made = hmac.new(b"planted-key", b"1", "sha256").hexdigest()

    assert record == {"p": {"id": "1", "hash": made}, "again": made}
    assert "planted-key" not in repr(job)


def test_a_hash_that_would_go_into_another_rejects_the_record_as_it_entered(tmp_path):
    record = {"a": {"b": "text"}}
    out, job = through("field.hash", {"fields": [{"field": "a"}, {"field": "a.b"}]}, [record], dead_letters=tmp_path)
    (letter,) = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]

    assert (out, letter["code"], letter["record"]) == ([], "path-conflict", record)


def test_a_key_and_its_algorithm_come_together():
    fields = [{"field": "a"}]
    for params in ({"algorithm": "hmac-sha256"}, {"key": "${env:K}"}):
        (fault,) = faults("field.hash", {"fields": fields, **params})
        assert (fault.code, "hmac-sha256" in fault.message) == ("invalid-parameter", True)


# ---- field.array.extract ----


def test_one_record_for_each_element_with_what_comes_from_the_parent():
    params = {"field": "a.list", "propagationFields": ["UID", "p.q", "missing"]}
    record = {"UID": "1", "p": {"q": {"deep": []}, "r": 1}, "a": {"list": [{"x": 1}, "text", None, [1], {}]}}
    out, job = through("field.array.extract", params, [record])
    parent = {"UID": "1", "p": {"q": {"deep": []}}}

    assert out == [parent | each for each in ({"x": 1}, {"list": "text"}, {"list": None}, {"list": [1]}, {})]
    out[0]["p"]["q"]["deep"].append(1)
    assert out[1]["p"]["q"]["deep"] == []
    assert (job.steps["x"].passed, job.steps["x"].emitted) == (1, 5)


def test_no_array_is_dropped_and_something_else_is_rejected(tmp_path):
    records = [{}, {"a": None}, {"a": []}, {"a": {"b": 1}}, {"a": "text"}]
    out, job = through("field.array.extract", {"field": "a"}, records, dead_letters=tmp_path)
    count = job.steps["x"]

    assert (out, count.dropped, count.rejected) == ([], 3, 2)
    assert {each.code for each in job.rejects} == {"no-array"}


def test_two_fields_of_one_name_reject_the_parent_and_give_nothing_of_it(tmp_path):
    clash = {"field": "a", "propagationFields": ["UID"], "generateKey": True}
    for element in ({"UID": 2}, {"key": 2}):
        out, job = through("field.array.extract", clash, [{"UID": 1, "a": [{"x": 1}, element]}], dead_letters=tmp_path)
        assert (out, job.steps["x"].rejected, job.rejects[0].code) == ([], 1, "name-clash")


def test_keys_tell_all_records_apart_and_come_again_with_the_same_data():
    params = {"field": "a", "propagationFields": ["UID", "n"], "generateKey": True}
    records = [{"UID": "1", "n": None, "a": [1, 1]}, {"UID": "2", "a": [1]}, {"UID": "12", "a": [1]}]
    first, _ = through("field.array.extract", params, records)
    again, _ = through("field.array.extract", params, records[::-1])

    keys = {each["key"] for each in first}
    assert len(keys) == 4
    assert keys == {each["key"] for each in again}
    assert all(len(key) == 32 for key in keys)
