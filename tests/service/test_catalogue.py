"""What is kept: created, given, set, deleted and copied as the original's API does."""

import attrs
import pytest

import identitysync as idx
from identitysync.errors import InvalidDataflow, InvalidParameter, NotStored, RedundantOperation

S = idx.Step


def test_a_new_flow_is_version_1_and_gets_what_only_the_service_can_give(service, flow, clock):
    given = attrs.evolve(flow, id="mine", version=7, last_runtime=clock.now(), extra={"unknown": [1]})
    id = service.create_dataflow(given)
    kept = service.get_dataflow(id)

    assert (len(id), id != "mine", kept.id) == (32, True, id)
    assert (kept.version, kept.status, kept.create_time, kept.update_time) == (1, "published", clock.now(), clock.now())
    assert kept.last_runtime is None
    assert (kept.steps, kept.extra) == (flow.steps, {"unknown": [1]})


def test_setting_replaces_the_whole_and_answers_the_new_version_and_old_ones_read_back(service, flow, clock):
    id = service.create_dataflow(attrs.evolve(flow, description="old", extra={"unknown": 1}))
    clock.advance(60)
    first = service.get_dataflow(id)

    assert service.set_dataflow(attrs.evolve(flow, id=id)) == 2
    assert service.set_dataflow(attrs.evolve(flow, id=id, name="new")) == 3
    present = service.get_dataflow(id)
    assert (present.version, present.name, present.description, present.extra) == (3, "new", "", {})
    assert present.create_time < present.update_time
    assert service.get_dataflow(id, version=1) == first
    assert [each.version for each in service.search("SELECT * FROM dataflow_version")] == [1, 2, 3]
    with pytest.raises(NotStored, match="the versions 1 to 3; there is no 9"):
        service.get_dataflow(id, version=9)


def test_an_unchanged_set_is_redundant_with_the_originals_code(service, flow):
    id = service.create_dataflow(flow)
    with pytest.raises(RedundantOperation, match="has not changed") as told:
        service.set_dataflow(attrs.evolve(service.get_dataflow(id), updated_by_name="somebody"))

    assert told.value.code == 403200
    assert service.get_dataflow(id).version == 1


def test_drafts_live_by_themselves_and_may_be_broken(service, flow):
    broken = idx.Dataflow(name="half done", steps=[S("a", "no.such.script", {"password": "${env:X}"}, next=["b"])])
    id = service.create_dataflow_draft(broken)

    assert service.get_dataflow_draft(id).status == "draft"
    assert service.set_dataflow_draft(attrs.evolve(broken, id=id, name="more")) == 2
    assert [each.name for each in service.search("SELECT * FROM dataflow_draft")] == ["more"]
    assert service.search("SELECT * FROM dataflow") == []
    with pytest.raises(NotStored, match="no dataflow '"):
        service.get_dataflow(id)
    service.delete_dataflow_draft(id)
    with pytest.raises(NotStored, match="no dataflow draft"):
        service.get_dataflow_draft(id)


def test_what_could_not_run_is_refused_with_every_fault_and_nothing_is_kept(service, flow):
    @idx.script("test.only-here", summary="Known in this process alone.")
    class OnlyHere(idx.Mapper):
        def map(self, record):
            return record

    for bad in (flow.connect("json", "read"), flow.insert_after("parse", S("mine", OnlyHere))):
        with pytest.raises(InvalidDataflow) as told:
            service.create_dataflow(bad)
        assert told.value.diagnostics
    id = service.create_dataflow(flow)
    with pytest.raises(InvalidDataflow):
        service.set_dataflow(attrs.evolve(flow.remove("read"), id=id))
    assert service.get_dataflow(id).version == 1


@pytest.mark.parametrize("act", ["get_dataflow", "get_scheduling", "get_job", "run_test", "delete_dataflow", "delete_scheduling", "stop_job", "resume_job", "duplicate_dataflow", "status"])  # fmt: skip
def test_what_is_not_there_is_said_not_to_be(service, act):
    with pytest.raises(NotStored, match="'nobody'"):
        getattr(service, act)("nobody")


def test_setting_needs_an_id(service, flow):
    for act in (service.set_dataflow, service.set_dataflow_draft):
        with pytest.raises(InvalidParameter, match="no id"):
            act(flow)
        with pytest.raises(NotStored):
            act(attrs.evolve(flow, id="nobody"))
    with pytest.raises(InvalidParameter, match="no id"):
        service.set_scheduling(idx.Scheduling(name="x", dataflow_id="y"))


def test_a_copy_is_another_flow(service, flow):
    id = service.create_dataflow(flow)
    service.create_scheduling(idx.Scheduling(name="n", dataflow_id=id))
    copy = service.get_dataflow(service.duplicate_dataflow(id))
    named = service.get_dataflow(service.duplicate_dataflow(id, name="named"))

    assert (copy.name, copy.version, copy.steps, named.name) == ("Copy of copy", 1, flow.steps, "named")
    assert len({id, copy.id, named.id}) == 3
    assert len(service.search("SELECT * FROM scheduling")) == 1
    service.delete_dataflow(id)
    assert service.get_dataflow(copy.id) == copy
    assert service.search("SELECT * FROM scheduling") == []


def test_a_flow_from_a_template_is_filled_in_and_kept(service, flow):
    open_ = flow.fill({"write.url": "{{folder}}"})
    id = service.create_dataflow(open_)
    job = service.run_test(id)

    assert job.status == "failed"
    assert "left to fill in" in job.status_details
    service.set_dataflow(service.get_dataflow(id).fill({"write.url": flow.step("write").params["url"]}))
    assert service.run_test(id).status == "succeeded"


def test_every_template_can_be_kept_and_filled_in_later(make):
    service = make(site=idx.Site("3_a", "u", "s"))
    for name, template in idx.templates().items():
        id = service.create_dataflow(template)
        assert service.get_dataflow(id).steps == template.steps, name


def test_two_services_that_set_at_once_lose_nothing(make, flow):
    import threading

    first, second = make(), make()
    id = first.create_dataflow(flow)
    versions = []

    def work(service, name):
        versions.extend(service.set_dataflow(attrs.evolve(flow, id=id, name=f"{name}{n}")) for n in range(10))

    threads = [threading.Thread(target=work, args=(each, name)) for each, name in ((first, "a"), (second, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(versions) == list(range(2, 22))
    assert len(first.search("SELECT * FROM dataflow_version")) == 21
