"""Scripts of the kind that real flows carry: what they work around, in both generations of the language."""

import base64
import time

import identitysync as idx

S = idx.Step

NEST = """
// columns of a file are flat: "profile.education.0.degree"
const put = (target, path, value) => {
  path.forEach((key, i) => {
    if (i === path.length - 1) target[key] = value;
    else target = target[key] ??= /^[0-9]+$/.test(path[i + 1]) ? [] : {};
  });
};
const process = (record, ctx, logger, next) => {
  const nested = {};
  Object.entries(record).forEach(([key, value]) => put(nested, key.split("."), value));
  return nested;
};
"""

CLEAN = """
const SUBSCRIPTIONS = "subscriptions";
function process(record, ctx, logger, next, error) {
  const { loginIDs = {}, [SUBSCRIPTIONS]: subscriptions = {}, ...rest } = record;
  const emails = (loginIDs.emails || "").split(",").map((each) => each.trim()).filter(Boolean);
  if (emails.length === 0) {
    const failed = { ...record, _errorDetails: { errorMessage: "no e-mail address" } };
    error.accept(failed, record);
    return null;
  }
  return {
    ...rest,
    loginIDs: { ...loginIDs, emails },
    subscriptions: Object.fromEntries(Object.entries(subscriptions).map(
      ([name, { isSubscribed }]) => [name, { email: { isSubscribed: isSubscribed === "true" } }],
    )),
  };
}
"""

HAS_UID = "var process = function (record) { return record.UID ? record : null; };"
NO_UID = "var process = function (record) { return record.UID ? null : record; };"

COUNT = """
var domains = {};
function process(record, ctx, logger, next) {
  if (record === null) {
    Object.keys(domains).sort().forEach(function (domain) { next.accept({ domain: domain, accounts: domains[domain] }); });
    logger.info("domains", domains);
    return null;
  }
  record.loginIDs.emails.forEach(function (email) {
    var domain = email.substring(email.indexOf("@") + 1);
    domains[domain] = (domains[domain] || 0) + 1;
  });
  return null;
}
"""

LEGACY = """
function process(record, next, ctx, logger) {
  var phones = record.containsField("phones") ? record.getField("phones") : null;
  var out = new Record();
  out.addField("UID", record.getField("UID").getValue());
  if (phones != null) {
    var phone = new Record();
    phone.addField("number", phones.getValue());
    out.addField("profile", new Record());
    out.getField("profile").getValueAsRecord().addField("phones", phone, true);
  }
  logger.log("processed " + record.getField("UID").getValue());
  next.accept(out);
}
"""


def step(id, script, next=(), error=(), **params):
    coded = base64.b64encode(script.encode()).decode()
    return S(id, "record.evaluate", {"script": coded, "ECMAScriptVersion": "12", **params}, next=next, error=error)


def test_an_import_is_nested_cleaned_split_and_counted_by_its_scripts():
    flow = idx.Dataflow(name="import", steps=[
        S("parse", "file.parse.dsv", {"columnSeparator": ","}, next=["nest"]),
        step("nest", NEST, next=["clean"]),
        step("clean", CLEAN, next=["has UID", "no UID", "count"], error=["bad"]),
        step("has UID", HAS_UID, next=["known"]),
        step("no UID", NO_UID, next=["new"]),
        step("count", COUNT, notifyLastRecord=True),
        *(S(id, "field.remove", {"fields": ["nothing"]}) for id in ("known", "new", "bad")),
    ])  # fmt: skip
    text = (
        "UID,profile.education.0.degree,profile.education.1.degree,loginIDs.emails,subscriptions.news.isSubscribed\n"
        '1,MA,PhD,"a@x.com, b@y.com",true\n'
        ",,,c@x.com,false\n"
        "3,,, ,true\n"
    )
    out = {"known": [], "new": [], "bad": [], "count": []}
    feed = S("feed", "datasource.read.file", {"url": "memory"}, next=["parse"])
    flow = idx.Dataflow(name="import", steps=[feed, *flow.steps])
    job = idx.run(flow, inputs={"feed": [idx.File("in.csv", text.encode())]}, outputs=out)

    assert [fault.code for fault in idx.check(flow) if fault.severity == "error"] == []
    assert out["known"] == [
        {
            "UID": "1",
            "profile": {"education": [{"degree": "MA"}, {"degree": "PhD"}]},
            "loginIDs": {"emails": ["a@x.com", "b@y.com"]},
            "subscriptions": {"news": {"email": {"isSubscribed": True}}},
        }
    ]
    assert [each["loginIDs"]["emails"] for each in out["new"]] == [["c@x.com"]]
    assert [each["_errorDetails"]["errorMessage"] for each in out["bad"]] == ["no e-mail address"]
    assert out["count"] == [{"domain": "x.com", "accounts": 2}, {"domain": "y.com", "accounts": 1}]
    assert any(line.endswith('count: domains {"x.com":2,"y.com":1}') for line in job.trace)


def test_a_script_of_the_older_generation_builds_records_of_fields():
    flow = idx.Dataflow(name="old", steps=[
        S("parse", "file.parse.json", next=["old"]),
        S("old", "record.evaluate", {"script": LEGACY, "ECMAScriptVersion": "5.1"}),
    ])  # fmt: skip
    out = []
    job = idx.run(flow, inputs={"parse": [{"UID": "1", "phones": "+39 1"}, {"UID": "2"}]}, outputs={"old": out})

    assert out == [{"UID": "1", "profile": {"phones": [{"number": "+39 1"}]}}, {"UID": "2"}]
    assert [line.rpartition(" old: ")[2] for line in job.trace if "info old: " in line] == [
        "processed 1",
        "processed 2",
    ]


def test_a_run_of_slow_records_stops_between_two_of_them():
    slow = base64.b64encode(b"function process(r) { const end = Date.now() + 100; while (Date.now() < end); return r }")
    flow = idx.Dataflow(name="slow", steps=[
        S("in", "field.remove", {"fields": ["x"]}, next=["js"]), S("js", "record.evaluate", {"script": slow.decode()}),
    ])  # fmt: skip
    with idx.start(flow, inputs={"in": [{"n": n} for n in range(900)]}) as running:
        time.sleep(1)
        cancelled = time.monotonic()
        running.cancel()
        assert running.wait().status == "killed"
    assert time.monotonic() - cancelled < 5
