"""The scripts that change fields: what each does with nasty records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.values import copy_records

names = st.sampled_from(["a", "b", "profile", "profile.email", "data", "x y"])
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["email", "age", "0", "b"]), inner, max_size=3)
    ),
    max_leaves=6,
)
records = st.lists(st.dictionaries(names, plain, max_size=5), max_size=5)
paths = st.sampled_from(
    ["a", "b", "profile.email", "profile.age.b", "data.0", "'profile.email'", "x y", "new.deep.path"]
)
pairs = st.lists(st.fixed_dictionaries({"sourceField": paths, "targetField": paths}), min_size=1, max_size=3)
lists = st.lists(paths, min_size=1, max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("field.rename"), st.fixed_dictionaries({"fields": pairs})),
    st.tuples(st.just("field.copy"), st.fixed_dictionaries({"fields": pairs})),
    st.tuples(st.just("field.remove"), st.fixed_dictionaries({"fields": lists})),
    st.tuples(st.just("field.select"), st.fixed_dictionaries({"fields": lists})),
    st.tuples(st.just("field.flatten"), st.fixed_dictionaries({"fields": lists})),
    st.tuples(
        st.just("field.move"),
        st.fixed_dictionaries({"fields": lists, "after": st.sampled_from(["", "a", "profile.email"])}),
    ),
    st.tuples(st.just("field.array.join"), st.fixed_dictionaries({"field": paths})),
    st.tuples(
        st.just("field.add"),
        st.fixed_dictionaries(
            {"fields": st.lists(st.fixed_dictionaries({"field": paths, "value": plain}), max_size=2)}
        ),
    ),
    st.tuples(
        st.just("field.replace"),
        st.fixed_dictionaries(
            {
                "fields": st.lists(
                    st.fixed_dictionaries(
                        {
                            "field": st.just("*") | paths,
                            "regex": st.sampled_from(["a", "[|]", "(.)\\1"]),
                            "replacement": st.sampled_from(["", " ", "x"]),
                        }
                    ),
                    max_size=2,
                )
            }
        ),
    ),
    st.tuples(
        st.just("field.hash"),
        st.fixed_dictionaries(
            {
                "fields": st.lists(
                    st.fixed_dictionaries({"field": paths}, optional={"targetField": paths}), min_size=1, max_size=2
                ),
                "normalize": st.sampled_from(["none", "email", "phone", "text"]),
            }
        ),
    ),
    st.tuples(
        st.just("field.date.format"),
        st.fixed_dictionaries(
            {
                "fields": st.lists(
                    st.fixed_dictionaries(
                        {
                            "field": paths,
                            "sourceFormat": st.sampled_from(["unix", "unixMillis", "iso", "yyyy"]),
                            "targetFormat": st.sampled_from(["unix", "unixMillis", "iso", "yyyy-MM-dd"]),
                        }
                    ),
                    min_size=1,
                    max_size=2,
                )
            }
        ),
    ),
    st.tuples(st.just("record.nest"), st.just({})),
    st.tuples(
        st.just("field.evaluate"),
        st.just(
            {
                "language": "jexl",
                "fields": [
                    {"field": "profile.email", "expression": "a + 1"},
                    {"field": "b", "expression": "profile.email - 1"},
                ],
            }
        ),
    ),
)


def through(type, params, given_, tmp_path=None, **options):
    out = []
    flow = idx.Dataflow(name="f", steps=[idx.Step("s", "file.parse.json", next=["x"]), idx.Step("x", type, params)])
    job = idx.run(flow, inputs={"s": given_}, outputs={"x": out}, **options)
    assert job.status == "succeeded", job.status_details
    return out, job


@given(STEPS, records)
def test_no_field_script_crashes_shares_or_loses_and_rejects_are_as_they_entered(tmp_path_factory, step, given_):
    before = copy_records(given_)
    folder = tmp_path_factory.mktemp("dead")
    out, job = through(*step, given_, dead_letters=folder)
    count = job.steps["x"]

    assert given_ == before
    assert count.received == len(given_) == len(out) + count.rejected
    if count.rejected:
        kept = [json.loads(line) for line in job.dead_letters.read_bytes().splitlines()]
        assert all(letter["code"] != "script-failed" for letter in kept), kept
        assert all(letter["record"] in before for letter in kept)


def one(type, params, record):
    (out,), _ = through(type, params, [record])
    return out


def test_rename_of_a_dsv_column_nests_and_a_quoted_target_stays_flat():
    fields = [
        {"sourceField": "profile.email", "targetField": "profile.email"},
        {"sourceField": "g", "targetField": "'profile.gender'"},
    ]
    assert one("field.rename", {"fields": fields}, {"profile.email": "a", "g": "f"}) == {
        "profile": {"email": "a"},
        "profile.gender": "f",
    }


def test_rename_takes_null_along_and_skips_what_is_missing():
    fields = [{"sourceField": "a", "targetField": "b"}, {"sourceField": "z", "targetField": "y"}]
    assert one("field.rename", {"fields": fields}, {"a": None}) == {"b": None}


def test_a_copy_shares_nothing_with_its_source():
    fields = [{"sourceField": "a", "targetField": "b"}]
    out = one("field.copy", {"fields": fields}, {"a": {"x": []}})
    out["b"]["x"].append(1)
    assert out["a"] == {"x": []}


def test_flatten_that_would_overwrite_rejects(tmp_path):
    out, job = through(
        "field.flatten",
        {"fields": ["p"]},
        [{"p": {"a": 1}, "p_a": 2}, {"p": {"a": {"b": 1}, "a_b": 2}}],
        dead_letters=tmp_path,
    )
    assert (out, job.steps["x"].rejected, {each.code for each in job.rejects}) == ([], 2, {"name-clash"})


def test_flatten_keeps_arrays_empty_objects_and_order():
    params = {"fields": ["p"], "delimiter": "."}
    out = one("field.flatten", params, {"z": 0, "p": {"a": [1, {"b": 2}], "c": {}, "d": {"e": None}}})
    assert list(out.items()) == [("z", 0), ("p.a", [1, {"b": 2}]), ("p.c", {}), ("p.d.e", None)]


def test_variables_in_constants_are_those_of_the_job():
    out, job = through(
        "field.add",
        {
            "fields": [
                {"field": "data.job", "value": "${jobId}"},
                {"field": "n", "value": 3},
                {"field": "o", "value": "${other}"},
            ]
        },
        [{}],
    )
    assert out == [{"data": {"job": job.id}, "n": 3, "o": "${other}"}]


def test_the_real_regex_with_empty_alternatives_means_what_it_means_in_java():
    fields = [{"field": "t", "regex": r"(\|)|(\n)|(||)", "replacement": " "}]
    assert one("field.replace", {"fields": fields}, {"t": "ab|c"}) == {"t": " a b  c "}


def test_replace_touches_texts_everywhere_and_named_values_by_their_text():
    everywhere = {"fields": [{"field": "*", "regex": "1", "replacement": "x"}]}
    assert one("field.replace", everywhere, {"a": "1", "b": {"c": ["11", 1]}, "n": 1}) == {
        "a": "x",
        "b": {"c": ["xx", 1]},
        "n": 1,
    }
    named = {
        "fields": [{"field": "n", "regex": "1", "replacement": "x"}, {"field": "z", "regex": "1", "replacement": "x"}]
    }
    assert one("field.replace", named, {"n": 121, "z": None}) == {"n": "x2x", "z": None}


def test_a_regex_that_never_ends_rejects_its_record(tmp_path):
    fields = [{"field": "t", "regex": "(a|aa)+$", "replacement": ""}]
    out, job = through(
        "field.replace", {"fields": fields}, [{"t": "a" * 60 + "b"}, {"t": "aaa"}], dead_letters=tmp_path
    )
    assert out == [{"t": ""}] or out == [{"t": "a" * 60 + "b"}, {"t": ""}]
    assert job.steps["x"].rejected == 2 - len(out)


@pytest.mark.parametrize(
    ("expression", "record", "value"),
    [
        ("status eq 'subscribed' ? true : false", {"status": "subscribed"}, True),
        ("data_subscribed eq 'unsubscribed' ? 'false' : 'true'", {"data": {"subscribed": "unsubscribed"}}, "false"),
        ("data.subscribed eq 'Yes' ? 'true' : 'false'", {"data.subscribed": "Yes"}, "true"),
        ("Golf__pc eq '' || Golf__pc eq null ? '#N/A' : Golf__pc", {}, "#N/A"),
        ("Golf__pc eq '' || Golf__pc eq null ? '#N/A' : Golf__pc", {"Golf__pc": 7}, 7),
        ("Subscribed eq 'true' ? 'Yes' : 'No'", {"Subscribed": True}, "Yes"),
    ],
)
def test_the_expressions_of_real_flows_mean_what_they_meant(expression, record, value):
    params = {"language": "jexl", "fields": [{"field": "out", "expression": expression}]}
    assert one("field.evaluate", params, record)["out"] == value


def test_an_expression_that_fails_rejects_with_a_caret(tmp_path):
    params = {"language": "jexl", "fields": [{"field": "a", "expression": "a - 1"}]}
    out, job = through("field.evaluate", params, [{"a": "text"}, {"a": 3}], dead_letters=tmp_path)
    assert out == [{"a": 2}]
    assert job.rejects[0].code == "expression"
    assert "^" in job.rejects[0].message


def test_filter_counts_what_it_drops():
    out, job = through("record.filter", {"expression": "age >= 18"}, [{"age": 17}, {"age": 18}, {}, {"age": None}])
    assert out == [{"age": 18}]
    assert job.steps["x"].dropped == 3


@pytest.mark.parametrize(
    ("language", "expression", "value"),
    [
        ("jexl", "var n = 0; for (var x : list) n += x; n", 6),
        ("jexl", "list.add(4); list", [1, 2, 3, 4]),
        ("pyjexl", "people[.age > 17].name|upper", "ANN"),
        ("pyjexl", "list[0] + list[-1]", 4),
    ],
)
def test_statements_and_mozillas_language_compute_fields(language, expression, value):
    record = {"list": [1, 2, 3], "people": [{"name": "Bob", "age": 3}, {"name": "Ann", "age": 30}]}
    params = {"language": language, "fields": [{"field": "out", "expression": expression}]}
    out, _ = through("field.evaluate", params, [json.loads(json.dumps(record))])
    assert out == [{**record, "out": value}]


def test_a_condition_may_have_statements():
    out, job = through("record.filter", {"expression": "var n = a; n = n + 1; n > 2"}, [{"a": 1}, {"a": 2}])
    assert out == [{"a": 2}]
    assert job.steps["x"].dropped == 1
