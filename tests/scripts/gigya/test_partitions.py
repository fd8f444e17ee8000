"""Accounts read in parts, by ranges of the time of their creation, at the same time."""

import threading
import time
import uuid
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts
from identitysync.testing.gigya.answers import ApiError

ACCOUNT = "datasource.read.gigya.account"
HOUR, YEAR = 3_600_000, 365 * 24 * 3_600_000
BEGIN = 1_500_000_000_000

SITES = {
    "even": [BEGIN + n * HOUR for n in range(120)],
    "one long ago, the others within a second": [BEGIN - 15 * YEAR, *(BEGIN + n * 8 for n in range(119))],
    "most at one moment": [BEGIN, *[BEGIN + HOUR] * 110, *(BEGIN + n * YEAR for n in range(2, 11))],
    "all at one moment": [BEGIN] * 120,
    "some without": [BEGIN + n * HOUR if n % 3 else None for n in range(120)],
    "all without": [None] * 120,
    "few": [BEGIN, BEGIN + 1],
    "none": [],
}


def accounts(times):
    """Accounts that were created at these times; a time that is None is missing in one account, and null in the next."""
    for n, created in enumerate(times):
        account = {"UID": f"u{n:03}", "data": {"n": n}, "lastUpdatedTimestamp": BEGIN + n * 7919 % 1000}
        yield account | ({} if created is None and n % 2 else {"createdTimestamp": created})


def flow(**params):
    given = {"select": "UID", "batchSize": 5, **params}
    return idx.Dataflow(name="parts", steps=[idx.Step("it", ACCOUNT, given)])


def read(site, **params):
    """The UIDs that are read, each as often as it comes."""
    return [record["UID"] for record in idx.stream(flow(**params), until="it", site=site)]


def watch(gigya, before):
    """Have something done with each request before it is answered."""
    plain = gigya._answer

    def watched(request):
        before(request)
        return plain(request)

    gigya._answer = watched


def openings(gigya):
    """The queries of all cursors that are opened from now on."""
    queries = []
    watch(gigya, lambda request: "openCursor" in request.params and queries.append(request.params["query"]))
    return queries


def threads_of_readers():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("read-", "cut", "call"))]


@pytest.fixture(autouse=True)
def no_thread_survives():
    yield
    assert threads_of_readers() == []


@pytest.fixture
def gigya():
    with GigyaEmulator("3_p", accounts=accounts(SITES["even"])) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def many_sites():
    with GigyaEmulator() as emulator:
        yield emulator


# what is read


@pytest.mark.parametrize("where", ["", "data.n < 40 or data.n = 77"])
@pytest.mark.parametrize("times", SITES.values(), ids=SITES)
def test_parts_together_are_what_one_reading_gives(times, where):
    with GigyaEmulator("3_p", accounts=accounts(times)) as gigya:
        once = sorted(read(gigya.site, where=where))
        assert len(once) == len(set(once))
        for count in (2, 3, 4, 10):
            assert sorted(read(gigya.site, where=where, partitions=count)) == once


@given(
    times=st.lists(st.none() | st.integers(BEGIN, BEGIN + 40) | st.integers(0, 2**53), max_size=40),
    count=st.integers(2, 10),
    page=st.integers(1, 7),
)
def test_parts_of_any_times_are_what_one_reading_gives(many_sites, times, count, page):
    site = many_sites.add_site(f"3_{uuid.uuid4().hex}", accounts(times))
    assert sorted(read(site, partitions=count, batchSize=page)) == [f"u{n:03}" for n in range(len(times))]


@pytest.mark.parametrize("count", [2, 4, 10])
@pytest.mark.parametrize("kind", ["even", "one long ago, the others within a second"])
def test_each_part_has_a_cursor_of_its_own_and_about_as_many_accounts_as_any_other(kind, count):
    with GigyaEmulator("3_p", accounts=accounts(SITES[kind])) as gigya:
        queries = openings(gigya)
        read(gigya.site, partitions=count)
        assert len(queries) == count
        sizes = [len(read(gigya.site, where=query.split(" WHERE ")[1].split(" ORDER ")[0])) for query in list(queries)]
        assert sum(sizes) == 120
        assert all(abs(size - 120 / count) <= 0.2 * 120 / count + 1 for size in sizes), sizes


def test_calls_of_all_parts_are_under_way_at_once(gigya):
    together = threading.Barrier(4, timeout=10)
    met = []

    def wait(request):
        if "cursorId" in request.params and len(met) < 4:
            met.append(together.wait())

    watch(gigya, wait)
    assert len(read(gigya.site, partitions=4)) == 120
    assert sorted(met) == [0, 1, 2, 3]


def test_there_are_no_more_parts_than_pages(gigya):
    queries = openings(gigya)
    assert len(read(gigya.site, partitions=10, batchSize=50)) == len(read(gigya.site, partitions=10, batchSize=120))
    assert len(queries) == 3 + 1


def test_accounts_without_a_time_of_creation_are_in_the_first_part():
    with GigyaEmulator("3_p", accounts=accounts(SITES["some without"])) as gigya:
        queries = openings(gigya)
        read(gigya.site, partitions=3)
        assert ["IS NULL" in query for query in queries] == [True, False, False]


def test_the_accounts_of_a_part_come_by_their_last_change(gigya):
    queries = openings(gigya)
    got = read(gigya.site, partitions=3)
    changed = {account["UID"]: account["lastUpdatedTimestamp"] for account in gigya.accounts}
    for query in list(queries):
        part = read(gigya.site, where=query.split(" WHERE ")[1].split(" ORDER ")[0])
        times = [changed[uid] for uid in got if uid in set(part)]
        assert times == sorted(times)


def test_what_is_filled_in_is_filled_in_for_all_parts(gigya):
    gigya.site.add_accounts(account | {"password": {"hash": account["UID"]}} for account in list(gigya.accounts))
    found = list(idx.stream(flow(partitions=4, include="password"), until="it", site=gigya.site))
    assert len(found) == 120
    assert all(record["password"] == {"hash": record["UID"]} for record in found)


@pytest.mark.parametrize("select", ["email", "token, email"])
def test_email_accounts_are_read_in_parts_too(select):
    people = [
        account | {"profile": {"email": f"{number // 2}@x.com"}, "isLite": bool(number % 2)}
        for number, account in enumerate(accounts(SITES["some without"]))
    ]
    with GigyaEmulator("3_p", accounts=people) as gigya:
        steps = flow(**{"from": "emailAccounts", "select": select, "partitions": 4})
        queries = openings(gigya)
        found = [record["email"] for record in idx.stream(steps, until="it", site=gigya.site)]
        assert sorted(found) == sorted(f"{number}@x.com" for number in range(60))
        assert len(queries) == 4


def test_only_changes_are_read_when_there_was_a_run_before(gigya, tmp_path):
    store, got = tmp_path / "idx.db", []
    first = idx.run(flow(partitions=4), site=gigya.site, store=store, outputs={"it": list}, progress=False)
    assert first.total_records == 120
    changed = [account for account in gigya.accounts if account["data"]["n"] % 3 == 0]
    now = int(datetime.now(UTC).timestamp() * 1000)
    gigya.site.add_accounts(account | {"lastUpdatedTimestamp": now} for account in changed)
    queries = openings(gigya)
    second = idx.run(flow(partitions=4), site=gigya.site, store=store, outputs={"it": got}, progress=False)
    assert second.status == "succeeded"
    assert sorted(record["UID"] for record in got) == [account["UID"] for account in changed]
    assert len(queries) == 4


# what happens meanwhile


def test_accounts_that_change_while_they_are_read_are_read_once_each(gigya):
    before = {account["UID"] for account in gigya.accounts}
    done = []

    def change(request):
        if not request.params.keys() & {"openCursor", "cursorId"}:
            return
        done.append(request)
        now = int(datetime.now(UTC).timestamp() * 1000)
        for n in range(len(done) * 11, len(done) * 11 + 30):
            account = gigya.account(f"u{n % 120:03}")
            gigya.site.put(account | {"lastUpdatedTimestamp": now, "lastLoginTimestamp": now})
        gigya.site.put({"UID": f"new{len(done)}", "createdTimestamp": now, "lastUpdatedTimestamp": now})

    watch(gigya, change)
    found = Counter(read(gigya.site, partitions=4))
    assert max(found.values()) == 1
    assert found.keys() >= before
    assert len(done) > 20


def test_an_email_account_that_moves_to_a_later_part_is_not_lost():
    people = [
        account | {"profile": {"email": f"{account['data']['n']}@x.com"}, "isLite": True}
        for account in accounts(SITES["even"])
    ]
    with GigyaEmulator("3_p", accounts=people) as gigya:
        opened = []

        def register(request):
            """Let the people of the part that is opened get full accounts, before it is opened."""
            if "openCursor" not in request.params or len(opened) == 3:
                return
            now = int(datetime.now(UTC).timestamp() * 1000)
            time.sleep(0.1)  # so that whoever would not wait for its turn is ahead of it
            for n in range(len(opened) * 30 + 2, len(opened) * 30 + 28):
                gigya.site.put({"UID": f"full{n}", "profile": {"email": f"{n}@x.com"}, "createdTimestamp": now})
            opened.append(request)

        watch(gigya, register)
        steps = flow(**{"from": "emailAccounts", "select": "email, UID", "partitions": 4})
        found = {record["email"]: record["UID"] for record in idx.stream(steps, until="it", site=gigya.site)}
        assert found.keys() == {f"{n}@x.com" for n in range(120)}
        assert sum(uid.startswith("full") for uid in found.values()) == 3 * 26


def test_parts_that_are_empty_by_the_time_they_are_read_hold_nothing_up(gigya):
    deleted = []

    def delete(request):
        if "openCursor" in request.params and not deleted:
            deleted.extend(f"u{n:03}" for n in range(20, 110))
            for uid in deleted:
                gigya.site.delete(uid)

    watch(gigya, delete)
    everybody = {account["UID"] for account in gigya.accounts}
    assert sorted(read(gigya.site, partitions=5)) == sorted(everybody - set(deleted))
    assert deleted


def test_lost_cursors_and_rate_limits_cost_time_and_no_account(gigya):
    once = sorted(read(gigya.site))
    gigya.faults.add("expired_cursor", times=3, every=4)
    gigya.faults.add("rate_limit", times=3, every=5)
    assert sorted(read(gigya.site, partitions=4)) == once


# how it ends


def test_a_run_with_a_limit_reads_with_one_cursor_and_asks_for_no_page_too_many(gigya):
    queries = openings(gigya)
    job = idx.run(flow(partitions=4), site=gigya.site, limit=10, outputs={"it": list}, progress=False)
    assert job.total_records == 10
    assert (len(queries), len(gigya.calls)) == (1, 2)


def test_a_stream_that_is_closed_early_ends_all_parts(gigya):
    gigya.site.add_accounts(generate_accounts(10_000))
    stream = idx.stream(flow(partitions=4, batchSize=100), until="it", site=gigya.site)
    assert any(len(threads_of_readers()) == 4 for _ in stream), "there are four parts"
    stream.close()
    assert threads_of_readers() == []
    asked = len(gigya.calls)
    time.sleep(0.1)
    assert len(gigya.calls) == asked


@pytest.mark.parametrize("include", ["", "password"])
def test_a_fault_of_one_part_is_the_fault_of_the_run_and_nobody_waits_for_the_others(gigya, include):
    seen = Counter()

    def refuse(request):
        cursor = request.params.get("cursorId", "").partition(".")[0]
        if cursor:
            seen[cursor] += 1
            first = next(iter(seen))
            if cursor == first and len(seen) > 2:
                raise ApiError(403048)  # it waits, longer and longer
            if cursor != first and seen[cursor] == 3:
                raise ApiError(400093, "planned")

    watch(gigya, refuse)
    began = time.monotonic()
    job = idx.run(flow(partitions=4, include=include), site=gigya.site, outputs={"it": list}, progress=False)
    assert job.status == "failed"
    assert "400093" in job.status_details
    assert "planned" in job.status_details
    assert time.monotonic() - began < 10
    assert threads_of_readers() == []


def test_a_fault_of_the_counting_is_the_fault_of_the_run(gigya):
    def refuse(request):
        if "count(*)" in request.params.get("query", ""):
            raise ApiError(400006, "planned")

    watch(gigya, refuse)
    job = idx.run(flow(partitions=4), site=gigya.site, outputs={"it": list}, progress=False)
    assert job.status == "failed"
    assert "planned" in job.status_details


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_fault_of_the_filling_in_ends_the_reading(gigya, partitions):
    gigya.site.add_accounts(generate_accounts(3000))

    def refuse(request):
        if "UID" in request.params:
            raise ApiError(403003, "planned")

    watch(gigya, refuse)
    reading = flow(partitions=partitions, include="password", batchSize=100)
    with idx.start(reading, site=gigya.site) as running:
        job = running.wait()
        assert job.status == "failed"
        assert threads_of_readers() == []


@pytest.mark.parametrize("include", ["", "password"])
def test_a_fault_behind_the_reader_ends_all_parts(gigya, include):
    def fail(record):
        raise OSError("planned")

    gigya.site.add_accounts(generate_accounts(3000))
    reading = flow(partitions=4, include=include, batchSize=100)
    job = idx.run(reading, site=gigya.site, outputs={"it": fail}, progress=False)
    assert job.status == "failed"
    assert job.total_records < 3000
    assert threads_of_readers() == []


@pytest.mark.parametrize("moment", ["counting", "opening", "reading"])
def test_cancelling_ends_a_job_whose_parts_all_wait(gigya, moment):
    waiting = threading.Event()

    def refuse(request):
        counted = {"counting": "count(*)", "opening": "SELECT UID"}
        if counted.get(moment, "none") in request.params.get("query", "") or (
            moment == "reading" and "cursorId" in request.params
        ):
            waiting.set()
            raise ApiError(403048)

    watch(gigya, refuse)
    with idx.start(flow(partitions=4), site=gigya.site) as running:
        assert waiting.wait(10)
        began = time.monotonic()
        running.cancel()
        job = running.wait()
    assert job.status == "killed"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("include", ["", "password"])
def test_cancelling_ends_a_job_that_is_busy_with_what_was_read(gigya, include):
    gigya.site.add_accounts(generate_accounts(3000))
    some = threading.Event()

    def work(record):
        some.set()
        time.sleep(0.002)

    reading = flow(partitions=4, include=include, batchSize=100)
    with idx.start(reading, site=gigya.site, outputs={"it": work}) as running:
        assert some.wait(10)
        running.cancel()
        job = running.wait()
        assert job.status == "killed"
        assert threads_of_readers() == []
    assert job.total_records < 3000
