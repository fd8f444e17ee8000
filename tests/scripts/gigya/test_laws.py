"""What holds for every script that speaks to Gigya; one that is registered cannot be forgotten."""

import json
import re
import threading

import pytest
from tests.scripts.gigya.conftest import PEOPLE

import identitysync as idx
from identitysync.contract import Lookup, RecordReader, RecordWriter
from identitysync.gigya import SiteParams

TYPES = [type for type in idx.scripts() if re.fullmatch(r"datasource\.(read|lookup|write)\.gigya\..+", type)]
PLANTED = "cGxhbnRlZC1zZWNyZXQtb2YtYS10ZXN0"
RECORDS = [
    person | {"email": person["profile"]["email"], "lastName": "L", "shop": 1, "customer": {"id": person["UID"]}}
    for person in PEOPLE
]
OWN = {"apiKey", "userKey", "secret", "privateKey", "dataCenter", "url"}


def step(type, **more):
    """The script as its last example has it, on the site of the run."""
    example = idx.scripts()[type].spec.examples[-1]
    params = {name: value for name, value in example.params.items() if name not in OWN}
    return idx.Step("it", type, params | more, next=["out"])


def run(step, site, records=RECORDS, **options):
    out = []
    steps = [step, idx.Step("out", "field.remove", {"fields": ["x"]})]
    inputs = {}
    if not issubclass(idx.scripts()[step.type].spec.cls, RecordReader):
        steps.insert(0, idx.Step("in", "file.parse.json", next=["it"]))
        inputs = {"in": records}
    flow = idx.Dataflow(name="law", steps=steps)
    return idx.run(flow, site=site, inputs=inputs, outputs={"out": out}, progress=False, **options), out


def test_the_scripts_of_gigya_are_all_there():
    assert len(TYPES) == 12
    assert all(issubclass(idx.scripts()[type].spec.cls, SiteParams) for type in TYPES)


@pytest.mark.parametrize("type", TYPES)
def test_each_works_on_another_site_when_its_parameters_name_one(gigya, type):
    other = gigya.add_site("3_other", PEOPLE, user_key="AKo", secret=PLANTED)
    job, _ = run(step(type, apiKey="3_other", userKey="AKo", secret=PLANTED, url=gigya.url), None)
    assert job.status == "succeeded", job.status_details
    assert {call.api_key for call in gigya.calls} <= {other.api_key}


@pytest.mark.parametrize("type", TYPES)
def test_each_says_what_is_missing_when_there_is_no_site(type):
    job, _ = run(step(type), None)
    assert job.status == "failed"
    assert "GIGYA_API_KEY" in job.status_details
    assert "in step 'it'" in job.status_details or job.steps == {}


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize(("wrong", "words"), [({"dataCenter": "mars1"}, "mars1"), ({"url": "ftp://x"}, "https://")])
def test_a_site_that_cannot_be_fails_the_job_instead_of_every_record(type, wrong, words):
    job, _ = run(step(type, apiKey="3_x", userKey="AKx", secret=PLANTED, **wrong), None)
    assert job.status == "failed"
    assert words in job.status_details


@pytest.mark.parametrize("type", TYPES)
def test_none_tells_its_secret_when_gigya_refuses_it(gigya, type, tmp_path):
    job, _ = run(step(type, secret=PLANTED), gigya.site, dead_letters=tmp_path)
    told = json.dumps([job.status_details, job.trace, [str(each) for each in job.rejects], repr(job)], default=str)
    assert job.status == "failed"
    assert "403003" in job.status_details
    assert PLANTED not in told
    assert not any(PLANTED in file.read_text() for file in tmp_path.rglob("*") if file.is_file())


@pytest.mark.parametrize("type", TYPES)
def test_each_record_has_one_fate_on_gigyas_bad_days(gigya, type):
    gigya.faults.add("rate_limit", every=3, times=3)
    gigya.faults.add("drop", times=1)
    half = {"UID": "\ud800", "email": "\ud800", "lastName": "\ud800", "customer": {"id": "\ud800"}}
    records = [*RECORDS, {"UID": "nobody"}, {"UID": None}, {}, half]
    job, out = run(step(type), gigya.site, records)

    assert job.status == "succeeded", job.status_details
    counts = job.steps["it"]
    assert counts.received == counts.passed + counts.dropped + counts.rejected
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("gigya-", "read-ahead"))]
    if issubclass(idx.scripts()[type].spec.cls, Lookup | RecordWriter):
        assert counts.received == len(records)
    if issubclass(idx.scripts()[type].spec.cls, RecordWriter):
        assert counts.passed == len(out)
        place = {id(record): number for number, record in enumerate(records)}
        order = [place.get(id(record)) for record in out]
        assert [each for each in order if each is not None] == sorted(each for each in order if each is not None)
