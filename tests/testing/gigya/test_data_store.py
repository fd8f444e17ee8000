"""The data store of the emulator, met by a client of another make."""

import json

import pytest


def store(call, data, **params):
    return call("ds.store", data=json.dumps(data), type="thing", **params)


def test_an_object_is_made_merged_and_given_back(call):
    assert store(call, {"n_i": 1, "deep": {"a": 1, "b": 2}}, oid="o")["oid"] == "o"
    store(call, {"deep": {"b": None, "c": 3}}, oid="o")
    found = call("ds.get", oid="o", type="thing")
    assert found["data"] == {"n_i": 1, "deep": {"a": 1, "c": 3}}
    assert found["created"] == found["lastUpdated"] == "2026-03-01T12:00:00.000Z"
    assert found["errorCode"] == 0


def test_user_and_oid_name_an_object_together(call):
    store(call, {"n": 1}, oid="o")
    store(call, {"n": 2}, oid="o", UID="u")
    assert call("ds.get", oid="o", type="thing")["data"] == {"n": 1}
    assert call("ds.get", oid="o", type="thing", UID="u")["data"] == {"n": 2}
    assert call("ds.get", oid="o", type="other")["errorCode"] == 404000


def test_without_an_oid_each_store_makes_an_object(call, gigya):
    oids = {store(call, {"n": 1}, oid=oid)["oid"] for oid in ("auto", "auto", None)}
    assert len(oids) == 3
    assert len(list(gigya.site.objects("thing"))) == 3


def test_arrays_are_put_in_the_place_of_others_or_behind_them(call):
    store(call, {"list": [1], "deep": {"list": ["a"]}}, oid="o")
    store(call, {"list": [2], "deep": {"list": ["b"]}}, oid="o", updateBehavior="arrayPush")
    assert call("ds.get", oid="o", type="thing")["data"] == {"list": [1, 2], "deep": {"list": ["a", "b"]}}
    store(call, {"list": [3]}, oid="o")
    assert call("ds.get", oid="o", type="thing")["data"]["list"] == [3]
    assert store(call, {}, oid="o", updateBehavior="other")["errorCode"] == 400006


@pytest.mark.parametrize(
    "data",
    [
        {"1a": 1}, {"a-b": 1}, {"deep": {"ü": 1}}, {"list": [{"a b": 1}]}, {"n_i": "1"}, {"n_i": 1.5}, {"n_i": True},
        {"x_s": 1}, {"x_b": "true"}, {"x_f": "1.5"}, {"d_d": 5}, {"t": "x" * (512 << 10)}, [1], "text",
    ],
)  # fmt: skip
def test_what_is_no_object_of_the_store_is_refused(call, gigya, data):
    assert store(call, data, oid="o")["errorCode"] == 400006
    assert list(gigya.site.objects("thing")) == []


@pytest.mark.parametrize("data", [{"n_i": 2**53 + 1}, {"f_f": 1}, {"b_b": False, "s_s": None}, {"list_s": ["a", None]}])
def test_what_fits_the_types_in_its_names_is_kept_exactly(call, gigya, data):
    assert store(call, data, oid="o")["errorCode"] == 0
    (found,) = gigya.site.objects("thing")
    assert found["data"] == {key: value for key, value in data.items() if value is not None}


@pytest.mark.parametrize("missing", ["type", "data"])
def test_a_parameter_that_is_needed_is_missed(call, missing):
    params = {"type": "thing", "data": "{}"} | {missing: None}
    assert call("ds.store", **params)["errorCode"] == 400002


def test_fields_or_the_whole_object_are_deleted(call):
    store(call, {"a": 1, "deep": {"b": 2, "c": 3}}, oid="o")
    assert call("ds.delete", oid="o", type="thing", fields="deep.b, nothing.here, a")["errorCode"] == 0
    assert call("ds.get", oid="o", type="thing")["data"] == {"deep": {"c": 3}}
    assert call("ds.delete", oid="o", type="thing")["errorCode"] == 0
    assert call("ds.delete", oid="o", type="thing")["errorCode"] == 404000


def test_objects_are_searched_by_type_with_cursors(call):
    for n in range(7):
        store(call, {"n_i": n}, oid=f"o{n}")
    answer = call(
        "ds.search",
        query="SELECT oid, data.n_i FROM thing WHERE data.n_i > 1 ORDER BY data.n_i LIMIT 3",
        openCursor="true",
    )
    assert [row["oid"] for row in answer["results"]] == ["o2", "o3", "o4"]
    assert answer["totalCount"] == 5
    rest = call("ds.search", cursorId=answer["nextCursorId"])
    assert [row["data"] for row in rest["results"]] == [{"n_i": 5}, {"n_i": 6}]
    assert "nextCursorId" not in rest
    assert call("accounts.search", cursorId=answer["nextCursorId"])["errorCode"] == 400006, "a cursor is of one method"
    assert call("ds.search", query="SELECT count(*) FROM thing")["totalCount"] == 7
    assert call("ds.search", query="SELECT * FROM nothing")["results"] == []


def test_objects_outlive_the_emulator_in_its_folder(tmp_path, caller_of, clock):
    from tests.testing.gigya.conftest import SECRET

    from identitysync.testing import GigyaEmulator

    for turn in range(2):
        with GigyaEmulator("3_a", "AK", SECRET, clock=clock, path=tmp_path) as gigya:
            if turn == 0:
                store(caller_of(gigya), {"n": 1}, oid="o")
            assert [each["data"] for each in gigya.site.objects("thing")] == [{"n": 1}]
