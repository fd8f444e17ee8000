"""Flows for the tests of the executor."""

import identitysync as idx
from identitysync import FlatMapper, Mapper, Record, RecordRejected, Rejected, Router, param, script


@script("test.picky", summary="Reject what is bad, drop what is dull, after having changed it.")
class Picky(Mapper):
    def map(self, record: Record) -> Record | None:
        record["touched"] = True
        record.setdefault("deep", {})["touched"] = True
        if record.get("bad"):
            raise RecordRejected("it is bad", code="bad")
        if record.get("ugly"):
            return record["no such key"]
        return None if record.get("dull") else record


@script("test.many", summary="Give as many as asked for.")
class Many(FlatMapper):
    def expand(self, record: Record):
        for number in range(record["n"]):
            yield {"n": number}
        if record.get("bad"):
            yield Rejected(record, "half bad", "half")

    def finish(self):
        yield {"last": True}


@script("test.route", summary="Send records where they say.")
class Route(Router):
    def route(self, record: Record):
        return record["to"]


@script("test.mark", summary="Mark records.")
class Mark(Mapper):
    with_: str = param(doc="The mark.")

    def map(self, record: Record) -> Record:
        record.setdefault("marks", []).append(self.with_)
        return record


def run(steps, records, ends, **options):
    """Run records through steps; give the job and what came out of each end."""
    out = {end: [] for end in ends}
    source = idx.Step("source", "file.parse.json", next=[steps[0].id])
    flow = idx.Dataflow(name="test", steps=[source, *steps])
    job = idx.run(flow, inputs={"source": records}, outputs=out, **options)
    return job, out
