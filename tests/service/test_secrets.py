"""Secrets at rest: encrypted, masked in every output, kept when a masked value comes back."""

import attrs
import pytest

import identitysync as idx
from identitysync.errors import InvalidDataflow, InvalidParameter
from identitysync.service.secrets import open_all

S = idx.Step
CANARY = "planted-canary-secret"


@pytest.fixture
def keyed(make):
    return make(key="a key that nobody guesses")


def everything_in(place):
    """Read all that the database holds, as text."""
    if not place.startswith("postgresql"):
        from pathlib import Path

        return b"".join(path.read_bytes() for path in Path(place).parent.glob("idx.db*")).decode("latin-1")
    from identitysync.stores import open_service_store

    store = open_service_store(place)
    with store.runs._base.transaction() as tx:
        rows = [
            row
            for table in ("setting", "dataflow", "dataflow_version", "scheduling", "job", "job_file")
            for row in tx.all(f"SELECT * FROM {table}")
        ]
    store.close()
    return " ".join(bytes(cell).decode() if isinstance(cell, memoryview | bytes) else str(cell) for row in rows for cell in row)  # fmt: skip


def password(flow, step="sftp"):
    return flow.step(step).params["password"]


def test_a_secret_is_nowhere_in_clear_and_references_stay_as_they_are(keyed, secret_flow, place):
    id = keyed.create_dataflow(secret_flow)
    job = keyed.run_test(id)
    shown = keyed.get_dataflow(id)

    assert (password(shown), password(shown, "other")) == ("********", "${env:OTHER}")
    texts = [
        str(shown),
        shown.to_json(),
        str(keyed.search("SELECT * FROM dataflow", wire=True)),
        str(job),
        str(job.to_dict()),
    ]
    texts += [str(keyed.search("SELECT * FROM dataflow_version")), everything_in(place)]
    assert not any(CANARY in text for text in texts)
    assert "${env:OTHER}" in everything_in(place)


def test_it_runs_with_the_secret(keyed, tmp_path):
    from identitysync.testing import SftpServer

    (tmp_path / "in.json").write_text('[{"a": 1}]')
    with SftpServer(tmp_path / "root", {"me": CANARY}) as server:
        login = {"host": server.host, "port": server.port, "username": "me", "password": CANARY, "hostKeyFingerprint": server.host_key_fingerprint}  # fmt: skip
        id = keyed.create_dataflow(idx.Dataflow(name="up", steps=[
            S("read", "datasource.read.file", {"url": str(tmp_path / "in.json")}, next=["sftp"]),
            S("sftp", "datasource.write.sftp", login),
        ]))  # fmt: skip
        assert keyed.run_test(id).status == "succeeded"
        assert (tmp_path / "root" / "in.json").exists()


def test_a_masked_secret_keeps_what_is_stored_and_a_new_one_takes_its_place(keyed, secret_flow):
    id = keyed.create_dataflow(secret_flow)
    with pytest.raises(idx.IdentitySyncError, match="has not changed"):
        keyed.set_dataflow(keyed.get_dataflow(id))
    with pytest.raises(idx.IdentitySyncError, match="has not changed"):
        keyed.set_dataflow(attrs.evolve(secret_flow, id=id))
    keyed.set_dataflow(attrs.evolve(keyed.get_dataflow(id), name="renamed"))
    assert password(keyed._flows.runnable(id)) == CANARY
    keyed.set_dataflow(keyed.get_dataflow(id).fill({"sftp.password": "another-secret"}))
    assert password(keyed._flows.runnable(id)) == "another-secret"
    assert keyed.get_dataflow(id).version == 3
    copy = keyed.duplicate_dataflow(id)
    assert password(keyed._flows.runnable(copy)) == "another-secret"


def test_a_masked_secret_of_a_step_that_has_another_id_now_is_refused_and_not_lost(keyed, secret_flow):
    id = keyed.create_dataflow(secret_flow)
    renamed = keyed.get_dataflow(id).rename_step("sftp", "server")

    with pytest.raises(InvalidParameter, match=r"step 'server': password is masked .* write the secret itself"):
        keyed.set_dataflow(renamed)
    assert password(keyed._flows.runnable(id)) == CANARY
    keyed.set_dataflow(renamed.fill({"server.password": CANARY}))
    assert keyed._flows.runnable(id).step("server").params["password"] == CANARY


def test_no_key_is_needed_until_a_secret_stands_in_clear_and_then_its_lack_is_told(
    make, secret_flow, flow, monkeypatch, place
):
    monkeypatch.delenv("IDENTITYSYNC_KEY", raising=False)
    service = make()
    service.create_dataflow(flow)
    service.create_dataflow(secret_flow.fill({"sftp.password": "${env:SFTP}"}))
    for act in (service.create_dataflow, service.create_dataflow_draft):
        with pytest.raises(InvalidParameter, match="IDENTITYSYNC_KEY"):
            act(secret_flow)
    assert CANARY not in everything_in(place)
    monkeypatch.setenv("IDENTITYSYNC_KEY", "from the environment")
    id = make().create_dataflow(secret_flow)
    assert password(make(key="from the environment")._flows.runnable(id)) == CANARY


def test_a_wrong_key_opens_nothing_and_adds_nothing(make, keyed, secret_flow):
    id = keyed.create_dataflow(secret_flow)
    stranger = make(key="another key")

    assert password(stranger.get_dataflow(id)) == "********"
    with pytest.raises(InvalidParameter, match="does not open the secrets"):
        stranger.create_dataflow(secret_flow)
    job = stranger.run_test(id)
    assert (job.status, "does not open" in job.status_details) == ("failed", True)
    with pytest.raises(InvalidParameter, match="empty"):
        make(key="")


def test_secrets_of_scripts_that_are_not_installed_are_found_by_their_names(keyed, place):
    draft = idx.Dataflow(name="d", steps=[S("a", "acme.unknown", {"Password": CANARY, "privateKey": CANARY, "list": [{"secret": CANARY}]})])  # fmt: skip
    id = keyed.create_dataflow_draft(draft)
    shown = keyed.get_dataflow_draft(id).step("a").params

    assert shown == {"Password": "********", "privateKey": "********", "list": [{"secret": "********"}]}
    assert CANARY not in everything_in(place)


def draft_of(params):
    return idx.Dataflow(name="d", steps=[S("a", "acme.unknown", params)])


def clear(service, id):
    """Give the parameters of a stored draft, its secrets in clear."""
    flow = idx.Dataflow.from_dict(service._flows._flows.get("dataflow_draft", id))
    return open_all(flow, service._flows._registry, service._flows._vault).step("a").params


def test_secrets_deep_in_the_objects_of_scripts_that_are_not_installed_are_found(keyed, place):
    given = {"auth": {"basic": {"user": "u", "password": CANARY}}, "secret": {"now": CANARY, "old": [[CANARY]]}, "n": 1}
    id = keyed.create_dataflow_draft(draft_of(given))
    shown = keyed.get_dataflow_draft(id)

    assert shown.step("a").params == {
        "auth": {"basic": {"user": "u", "password": "********"}}, "secret": {"now": "********", "old": [["********"]]},
        "n": 1,
    }  # fmt: skip
    assert CANARY not in everything_in(place)
    keyed.set_dataflow_draft(attrs.evolve(shown, name="renamed"))
    assert clear(keyed, id) == given


def test_secrets_of_a_list_move_with_their_items_and_never_to_others(keyed):
    a, b, c = ({"user": user, "password": f"{CANARY}-{user}"} for user in "abc")
    id = keyed.create_dataflow_draft(draft_of({"list": [a, b]}))
    masked = [{"user": user, "password": "********"} for user in "ab"]
    keyed.set_dataflow_draft(attrs.evolve(draft_of({"list": [c, masked[1], masked[0]]}), id=id))
    assert clear(keyed, id) == {"list": [c, b, a]}
    keyed.set_dataflow_draft(attrs.evolve(draft_of({"list": [masked[0]]}), id=id))
    assert clear(keyed, id) == {"list": [a]}
    with pytest.raises(InvalidParameter, match=r"list\.0\.password is masked .* only as long as nothing else in it changes"):  # fmt: skip
        keyed.set_dataflow_draft(attrs.evolve(draft_of({"list": [masked[1]]}), id=id))
    assert clear(keyed, id) == {"list": [a]}


def test_of_secrets_that_look_alike_none_may_go_or_come_masked(keyed):
    id = keyed.create_dataflow_draft(draft_of({"secret": ["one-secret", "two-secrets"]}))
    for count in (1, 3):
        with pytest.raises(InvalidParameter, match=r"secret\.0 is masked"):
            keyed.set_dataflow_draft(attrs.evolve(draft_of({"secret": ["********"] * count}), id=id))
    keyed.set_dataflow_draft(attrs.evolve(draft_of({"secret": ["********", "a-new-one"]}), id=id))
    assert clear(keyed, id) == {"secret": ["one-secret", "a-new-one"]}


def test_no_mask_is_ever_stored(keyed, secret_flow, place):
    with pytest.raises(InvalidParameter, match="nothing is stored at that place; write the secret itself"):
        keyed.create_dataflow_draft(draft_of({"password": "********"}))
    with pytest.raises(InvalidParameter, match="password is masked"):
        keyed.create_dataflow(secret_flow.fill({"sftp.password": "********"}))
    assert "********" not in everything_in(place)


def test_a_secret_whose_script_is_no_longer_installed_stays_one(keyed):
    id = keyed.create_dataflow_draft(draft_of({"pin": keyed._flows._vault.seal(CANARY), "b": "x"}))
    shown = keyed.get_dataflow_draft(id)
    assert shown.step("a").params == {"pin": "********", "b": "x"}
    keyed.set_dataflow_draft(attrs.evolve(shown, name="renamed"))
    assert clear(keyed, id) == {"pin": CANARY, "b": "x"}


def test_a_flow_runs_on_the_site_with_its_key_else_on_the_common_one_else_on_the_environments(make, monkeypatch):
    from identitysync.testing import GigyaEmulator, generate_accounts

    flow = idx.Dataflow(name="g", steps=[S("read", "datasource.read.gigya.account", {"select": "UID"})])
    with GigyaEmulator("3_a", accounts=generate_accounts(1)) as gigya:
        b = gigya.add_site("3_b", list(generate_accounts(2)))
        c = gigya.add_site("3_c", list(generate_accounts(3)))
        with pytest.raises(InvalidDataflow) as told:
            make(clock=None).create_dataflow(flow)
        assert [fault.code for fault in told.value.diagnostics] == ["no-site"]
        service = make(clock=None, site=gigya.site, sites=[b.site])
        ids = [service.create_dataflow(flow, site=site) for site in (None, "3_b", c.site, "3_unknown")]
        assert [service.run_test(id).total_records for id in ids] == [1, 2, 3, 1]
        assert [service.get_dataflow(id).api_key for id in ids] == ["", "3_b", "3_c", "3_unknown"]
        for name, value in {"API_KEY": "3_c", "USER_KEY": c.site.user_key, "SECRET": c.site.secret.reveal(), "URL": gigya.url}.items():  # fmt: skip
            monkeypatch.setenv(f"GIGYA_{name}", value)
        alone = make(clock=None)
        assert alone.run_test(alone.create_dataflow(flow)).total_records == 3


def test_a_step_that_brings_its_own_site_needs_no_other(make):
    own = {"select": "UID", "apiKey": "3_x", "userKey": "u", "secret": "${env:S}"}
    service = make()
    read = "datasource.read.gigya.account"
    assert service.create_dataflow(idx.Dataflow(name="g", steps=[S("read", read, own)]))
    with pytest.raises(InvalidDataflow, match="no-site"):
        service.create_dataflow(idx.Dataflow(name="g", steps=[S("read", read, {**own, "userKey": ""})]))
