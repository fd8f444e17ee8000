"""JSON conformance: the cases of json_suite.txt, in a file of their own, in an array, and on a line between others."""

import ast
import json
from pathlib import Path

import pytest

from identitysync.contract import File, Rejected
from identitysync.errors import FormatError
from identitysync.scripts.parse.json import ParseJson

CASES = {
    name: ast.literal_eval(text)
    for name, _, text in (
        line.partition(" ")
        for line in (Path(__file__).parent / "json_suite.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
}
CASES["n_structure_100000_opening_arrays"] = b"[" * 100_000
CASES["n_structure_open_array_object"] = b'[{"":' * 50_000
CASES["n_structure_100000_arrays_in_each_other"] = b"[" * 100_000 + b"]" * 100_000
CASES["n_structure_100000_objects_in_each_other"] = b'{"":' * 100_000 + b"1" + b"}" * 100_000

NO_FILE_AT_ALL = {"n_structure_no_data", "n_single_space", "n_structure_UTF8_BOM_no_data"}
"""Files without a value: an empty file is one without records, and no fault."""

GOOD = {name: text for name, text in CASES.items() if name.startswith("y_")}
BAD = {name: text for name, text in CASES.items() if name.startswith("n_") and name not in NO_FILE_AT_ALL}


def parsed(text, **params):
    return list(ParseJson(**params).parse(File("f.json", text)))


def is_refused(text):
    try:
        found = parsed(text)
    except FormatError as fault:
        return str(fault).startswith("f.json: line ")
    return any(isinstance(each, Rejected) and each.code == "malformed-json" for each in found)


def test_there_are_enough_cases_of_both_kinds():
    assert len(GOOD) >= 80
    assert len(BAD) >= 180


@pytest.mark.parametrize("name", GOOD)
def test_what_is_json_is_read(name):
    found = parsed(GOOD[name])
    value = json.loads(GOOD[name])

    values = value if isinstance(value, list) else [value]
    assert [each for each in found if isinstance(each, dict)] == [each for each in values if isinstance(each, dict)]
    rejects = [each for each in found if isinstance(each, Rejected)]
    assert {each.code for each in rejects} <= {"no-object"}
    assert [json.loads(each.record["_text"]) for each in rejects] == [v for v in values if not isinstance(v, dict)]


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_json_is_a_rejected_record_or_an_error_with_file_and_line(name):
    assert is_refused(BAD[name])


@pytest.mark.parametrize("name", BAD)
def test_a_fault_inside_an_array_ends_the_file_behind_the_records_before_it(name):
    reader = ParseJson().parse(File("f.json", b'[{"before":1},{"x":' + BAD[name] + b"}]"))
    given = next(reader)

    assert given == {"before": 1}
    if b'"' not in BAD[name] and b"}" not in BAD[name]:  # others may close what is around them
        with pytest.raises(FormatError, match=r"^f\.json: line "):
            list(reader)


@pytest.mark.parametrize("name", [name for name in CASES if b"\n" not in CASES[name] and name not in NO_FILE_AT_ALL])
def test_on_a_line_of_its_own_no_case_harms_its_neighbours(name):
    found = parsed(b'{"before":1}\n' + CASES[name] + b'\n{"after":1}\n')

    assert found[0] == {"before": 1}
    assert found[-1] == {"after": 1}
    assert len(found) == 3
    if name in BAD:
        assert found[1].code == "malformed-json"
        assert found[1].record["_line"] == 2
        assert found[1].record["_fileName"] == "f.json"
        assert is_refused(found[1].record["_text"].encode())  # nor does it become JSON when it is replayed


@pytest.mark.parametrize("name", sorted(NO_FILE_AT_ALL))
def test_a_file_without_any_value_has_no_records(name):
    assert parsed(CASES[name]) == []
