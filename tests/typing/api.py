"""Never run, only type-checked: what users write must type-check as they expect."""

from collections.abc import Iterator

import identitysync as idx
from identitysync import FieldPath, FlatMapper, Mapper, Record, Rejected, param, script
from identitysync.languages import jexl
from identitysync.testing import GigyaEmulator


@script("acme.shout", summary="Shout.")
class Shout(Mapper):
    field: FieldPath = param(doc="The field.")
    times: int = param(default=1, doc="How often.")

    def map(self, record: Record) -> Record | None:
        return record if self.times > 0 else None


@script("acme.twice", summary="Give each record twice.")
class Twice(FlatMapper):
    def expand(self, record: Record) -> Iterator[Record | Rejected]:
        yield record
        yield Rejected(record, "no")


@script("acme.function", summary="A function.")
def function(record: Record, *, field: str = param(doc="The field.")) -> Record:
    return record


shout: Shout = Shout(field=FieldPath.parse("a"))
flow: idx.Dataflow = idx.Dataflow(name="x", steps=[idx.Step("a", "field.move", {"fields": []}, next=["b"])])
flow = flow.insert_after("a", idx.Step("b", Shout, {"field": "x"})).connect("a", "b", error=True).fill({"a.after": ""})
faults: list[idx.Diagnostic] = idx.check(flow)
out: list[object] = []
job: idx.JobStatus = idx.run(flow, limit=3, inputs={"a": [{"x": 1}]}, outputs={"b": out}, max_rejects="1%")
job = idx.replay(flow, job.dead_letters)
count: int = job.steps["a"].received
with idx.start(flow) as running:
    status: idx.JobStatus = running.wait(timeout=1.0)
value: object = jexl.compile("a + 1")({"a": 1})
with GigyaEmulator(api_key="3_a", accounts=[]) as gigya:
    site: idx.Site = gigya.site
    other: idx.Site = gigya.add_site("3_b").site
with idx.IdentitySync("idx.db", site=site, key="a key", on_job=lambda job: job.id) as service:
    flow_id: str = service.create_dataflow(flow)
    version: int = service.set_dataflow(service.get_dataflow(flow_id))
    scheduling_id: str = service.create_scheduling(idx.Scheduling(name="n", dataflow_id=flow_id, frequency_type="day"))
    jobs: list[idx.JobStatus] = [service.run_test(flow_id), *service.run_pending()]
    found: list[idx.Dataflow | idx.Scheduling | idx.JobStatus | object] = [*service.search("SELECT * FROM dataflow")]
    answer: dict[str, object] = service.search("SELECT * FROM dataflow", wire=True)
    states: list[idx.DataflowStatus] = service.status()
