"""What a database decides of a query is what the documents themselves would say."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.languages.query import execute, parse_query
from identitysync.stores import narrow, open_service_store
from identitysync.stores.reading import JOB_COLUMNS

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = ["", "a", "B", "b", "ä", "😀", "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "running", "it's"]
FIELDS = ["id", "dataflowId", "schedulingId", "status", "createTime", "updateTime", "attemptNumber", "totalRecords"]


def documents():
    for number in range(60):
        document = {
            "id": f"{TEXTS[number % 6]}{number}", "status": ["running", "succeeded", "failed"][number % 3],
            "createTime": f"2026-01-{1 + number % 7:02}T00:00:00.000Z", "updateTime": f"2026-01-{1 + number % 5:02}T00:00:00.000Z",
            "attemptNumber": 1 + number % 3, "totalRecords": number % 4,
        }  # fmt: skip
        if number % 4:
            document["dataflowId"] = TEXTS[number % len(TEXTS)] or "x"
        if number % 5 == 0:
            document["schedulingId"] = "s"
        yield document


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request, tmp_path_factory):
    place = (
        tmp_path_factory.mktemp("store") / "idx.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres").new_database()
    )
    store = open_service_store(place)
    for document in documents():
        store.runs.begin("f", document, START)
        with store.runs._base.transaction() as tx:
            values = {"id": document["id"], "status": document["status"], "scheduling": document.get("schedulingId")}
            tx.change("UPDATE job SET status = :status, scheduling_id = :scheduling WHERE id = :id", values)
    yield store
    store.close()


literals = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: f'"{text}"'),
    st.integers(-1, 4).map(str),
    st.sampled_from(["true", "1.0", "99999999999999999999999"]),
)
comparisons = st.tuples(st.sampled_from(FIELDS), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), literals).filter(
    lambda one: one[2] != "true" or one[1] in ("=", "!=")
)
tests = st.one_of(
    comparisons.map(" ".join),
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(["in", "not in"]), st.lists(literals, min_size=1, max_size=3)).map(
        lambda one: f"{one[0]} {one[1]} ({', '.join(one[2])})"
    ),
    st.sampled_from(FIELDS).map(lambda field: f"{field} is not null"),
)  # fmt: skip
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda one: f"({one[0]}) {one[1]} ({one[2]})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=4,
)
orders = st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(["", " desc"])).map("".join), max_size=2)


@settings(max_examples=150)
@given(
    where=st.none() | conditions, order=orders, start=st.none() | st.integers(0, 5), limit=st.none() | st.integers(0, 9)
)
def test_narrowed_answers_are_those_from_all_documents(store, where, order, start, limit):
    text = "SELECT * FROM idx_job_status"
    text += f" WHERE {where}" if where else ""
    text += f" ORDER BY {', '.join(order)}" if order else ""
    text += f" START {start}" if start is not None else ""
    text += f" LIMIT {limit}" if limit is not None else ""
    query = parse_query(text)
    narrowed = narrow(query, JOB_COLUMNS)
    found = execute(query, store.jobs.rows(narrowed))

    assert found == execute(query, documents())
    if narrowed.exact:
        whole = parse_query(text.partition(" START")[0].partition(" LIMIT")[0])
        assert store.jobs.count(narrowed) == len(execute(whole, documents()))


def test_the_usual_questions_are_the_databases_to_answer():
    usual = "SELECT * FROM idx_job_status WHERE dataflowId = 'x' ORDER BY updateTime DESC LIMIT 5"
    narrowed = narrow(parse_query(usual), JOB_COLUMNS)
    assert (narrowed.exact, narrowed.limit, narrowed.order) == (True, 5, "update_time DESC, seq")
    assert narrow(parse_query("SELECT * FROM x WHERE totalRecords > 3 LIMIT 5"), JOB_COLUMNS).limit is None
    assert narrow(parse_query("SELECT count(*) FROM x LIMIT 5"), JOB_COLUMNS).limit is None


def test_the_index_is_used_for_them(tmp_path):
    store = open_service_store(tmp_path / "idx.db")
    wanted = narrow(parse_query("SELECT * FROM x WHERE dataflowId = 'x' ORDER BY updateTime DESC LIMIT 5"), JOB_COLUMNS)
    sql = f"EXPLAIN QUERY PLAN SELECT body FROM job WHERE {wanted.where} ORDER BY {wanted.order} LIMIT 5"
    with store.runs._base.transaction() as tx:
        plan = " ".join(str(row) for row in tx.all(sql, wanted.values))
    assert "job_dataflow" in plan
    assert "SCAN" not in plan
    store.close()
