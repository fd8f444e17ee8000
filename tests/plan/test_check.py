"""Every fault at once, with code, place, message and hint."""

import pytest

import identitysync as idx
from identitysync.errors import InvalidDataflow


def codes(flow, severity=None):
    return [(fault.code, fault.path) for fault in idx.check(flow) if severity in {None, str(fault.severity)}]


def flow(*steps):
    return idx.Dataflow(name="f", steps=[idx.Step(*each[:3], **each[3]) for each in steps])


READ = ("read", "datasource.read.file", {"url": "in"}, {"next": ["parse"]})
PARSE = ("parse", "file.parse.json", {}, {"next": ["x"]})


def after(type, params, **more):
    return flow(READ, PARSE, ("x", type, params, more))


@pytest.mark.parametrize(
    ("broken", "code", "path"),
    [
        (after("field.renam", {}), "unknown-type", "$.steps[2].type"),
        (after("field.rename", {}), "missing-parameter", "$.steps[2].params.fields"),
        (after("field.rename", {"fields": "a"}), "wrong-type", "$.steps[2].params.fields"),
        (after("field.rename", {"fields": [{"sourceField": "a"}]}), "missing-parameter", "$.steps[2].params.fields[0]"),
        (after("field.rename", {"fields": [{"sourceField": "a", "targetField": 3}]}), "wrong-type", "$.steps[2].params.fields[0].targetField"),
        (after("field.remove", {"fields": ["a..b"]}), "invalid-parameter", "$.steps[2].params.fields[0]"),
        (after("file.format.dsv", {"fileName": "a", "columnSeparator": ",", "quoteFields": "yes"}), "wrong-type", "$.steps[2].params.quoteFields"),
        (after("field.replace", {"fields": [{"field": "a", "regex": "(", "replacement": ""}]}), "pattern", "$.steps[2].params.fields[0].regex"),
        (after("record.filter", {"expression": "a ="}), "expression", "$.steps[2].params.expression"),
        (after("field.evaluate", {"language": "jexl", "fields": [{"field": "a", "expression": "1 +"}]}), "expression", "$.steps[2].params.fields[0].expression"),
        (after("field.evaluate", {"language": "pyjexl", "fields": [{"field": "a", "expression": "a|nope"}]}), "expression", "$.steps[2].params.fields[0].expression"),
        (after("field.evaluate", {"language": "perl", "fields": []}), "wrong-type", "$.steps[2].params.language"),
        (flow(("r", "datasource.read.gigya.account", {"select": "UID,"}, {})), "query", "$.steps[0].params.select"),
        (flow(("r", "datasource.read.gigya.account", {"select": "UID", "where": "a = "}, {})), "query", "$.steps[0].params.where"),
        (after("field.move", {"fields": ["a"]}, next=["nowhere"]), "dangling", "$.steps[2].next[0]"),
        (after("field.move", {"fields": ["a"]}, error=["nowhere"]), "dangling", "$.steps[2].error[0]"),
        (flow(READ, PARSE, PARSE), "duplicate-id", "$.steps[2].id"),
        (flow(("a", "field.move", {"fields": []}, {"next": ["b"]}), ("b", "field.move", {"fields": []}, {"next": ["a"]})), "cycle", "$.steps[0].next"),
        (flow(("a", "field.move", {"fields": []}, {"next": ["b"]}), ("b", "field.move", {"fields": []}, {"next": ["a"]})), "no-entry", "$.steps"),
        (flow(("a", "field.move", {"fields": []}, {})), "unreachable", "$.steps[0]"),
        (flow(), "no-steps", "$.steps"),
        (after("file.compress.gzip", {}), "mismatch", "$.steps[1].next[0]"),
        (flow(("read", "datasource.read.file", {"url": "in"}, {"next": ["x"]}), ("x", "field.move", {"fields": []}, {})), "mismatch", "$.steps[0].next[0]"),
        (after("datasource.read.file", {"url": "x"}), "mismatch", "$.steps[1].next[0]"),
        (after("field.replace", {"fields": [{"field": "a", "regex": "(b)", "replacement": "$2"}]}), "pattern", "$.steps[2].params.fields"),
        (after("file.compress.gzip", {"compressionLevel": 12}), "invalid-parameter", "$.steps[2].params.compressionLevel"),
        (after("file.parse.dsv", {"columnSeparator": ",", "fileCharset": "klingon"}), "invalid-parameter", "$.steps[2].params.fileCharset"),
    ],
)  # fmt: skip
def test_an_error_is_found_at_its_place(broken, code, path):
    assert (code, path) in codes(broken, "error")


@pytest.mark.parametrize(
    ("doubtful", "code", "path"),
    [
        (after("field.move", {"fields": ["a"], "aftr": "b"}), "unknown-parameter", "$.steps[2].params.aftr"),
        (after("field.replace", {"fields": [{"field": "a", "regex": "(||)", "replacement": " "}]}), "matches-empty", "$.steps[2].params.fields[0].regex"),
        (after("file.format.dsv", {"fileName": "a_${now:YYMMdd}", "columnSeparator": ","}), "week-year", "$.steps[2].params.fileName"),
        (after("file.format.dsv", {"fileName": "a_${now-1q:yyyy}", "columnSeparator": ","}), "unknown-variable", "$.steps[2].params.fileName"),
        (after("field.add", {"fields": [{"field": "a", "value": "${jobid}"}]}), "unknown-variable", "$.steps[2].params.fields[0].value"),
        (flow(("r", "datasource.read.gigya.account", {"select": "*", "where": "lastLogin > ${now-1h}"}, {})), "now-in-where", "$.steps[0].params.where"),
        (flow(("r", "datasource.read.sftp", {"host": "h", "username": "u", "password": "in clear"}, {})), "clear-secret", "$.steps[0].params.password"),
        (flow(("r", "datasource.read.sftp", {"host": "....", "username": "u"}, {})), "to-fill-in", "$.steps[0].params.host"),
        (flow(("r", "datasource.read.salesforce", {"username": "u", "password": "${env:P}", "objectType": "Lead", "select": "Id", "authEndpoint": "https://h/services/Soap/u/xx.0"}, {})), "to-fill-in", "$.steps[0].params.authEndpoint"),
        (flow(("r", "datasource.read.sftp", {"host": "h", "username": "u", "password": "********"}, {})), "to-fill-in", "$.steps[0].params.password"),
        (flow(("r", "datasource.read.sftp", {"host": "h", "username": "u", "verifyHost": False}, {})), "unverified-host", "$.steps[0].params.verifyHost"),
        (flow(("r", "datasource.read.gigya.account", {"select": "*", "url": "http://example.com"}, {})), "plaintext", "$.steps[0].params.url"),
        (flow(("r", "datasource.read.external.generic", {"url": "https://a.example", "auth": {"kind": "none", "tokenUrl": "http://b.example"}}, {})), "plaintext", "$.steps[0].params.auth.tokenUrl"),
    ],
)  # fmt: skip
def test_a_doubt_is_a_warning_and_not_an_error(doubtful, code, path):
    assert (code, path) in codes(doubtful, "warning")
    assert codes(doubtful, "error") == []


def test_ten_faults_are_found_at_once_and_in_the_order_of_the_flow():
    broken = flow(
        ("a", "datasource.read.fil", {}, {"next": ["b"]}),
        ("b", "file.parse.dsv", {"fileCharset": 3}, {"next": ["c", "zz"]}),
        ("c", "field.rename", {"fields": [{"sourceField": "", "targetField": "x"}, 7]}, {"next": ["gz"]}),
        ("gz", "file.compress.gzip", {"compressionLevel": "x"}, {"next": ["w"]}),
        ("w", "datasource.write.file", {}, {}),
        ("w", "datasource.write.file", {"url": "x"}, {}),
        ("lost", "field.move", {"fields": []}, {}),
    )
    faults = idx.check(broken)

    assert len([fault for fault in faults if str(fault.severity) == "error"]) >= 10
    places = [int(fault.path.split("[")[1].split("]")[0]) for fault in faults if "[" in fault.path]
    assert places == sorted(places)


def test_an_unknown_type_suggests_what_was_meant():
    (fault,) = [fault for fault in idx.check(after("field.renam", {})) if fault.code == "unknown-type"]

    assert "field.rename" in fault.hint


def test_what_is_left_to_fill_in_is_an_error_when_it_runs(tmp_path):
    open_ = flow(("r", "datasource.read.sftp", {"host": "{{host}}", "username": "u"}, {}))
    with pytest.raises(InvalidDataflow, match="left to fill in"):
        idx.run(open_)


def test_an_expression_is_not_taken_for_a_placeholder():
    assert codes(after("record.filter", {"expression": "a < 3 and b > 2"})) == []


def test_an_error_points_with_a_caret():
    (fault,) = [
        fault for fault in idx.check(after("record.filter", {"expression": "age >= "})) if fault.code == "expression"
    ]

    assert "^" in fault.message
    assert "line 1, column 8" in fault.message


def test_a_fault_of_a_condition_is_shown_as_it_was_written_though_variables_stand_before_it():
    where = "lastLogin > ${now-1h} and UID == 'x'"
    broken = flow(("r", "datasource.read.gigya.account", {"select": "*", "where": where}, {}))
    (fault,) = [each for each in idx.check(broken) if each.code == "query"]
    assert fault.message.splitlines()[1:] == [f"  {where}", "  " + " " * where.index("==") + "^"]
