"""Batches on their way to a platform: one answer for each record, in order, whatever the batches."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.contract import Rejected
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.world import SystemClock


class Run:
    clock = SystemClock()


def calls(write, **options):
    return BatchCalls(PlatformConnection(Run()), write, **options)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abcde"), max_size=40), st.integers(1, 7), st.integers(1, 9))
def test_no_call_holds_a_key_twice_and_the_last_record_of_a_key_wins(keys, size, batch):
    written, lock = {}, threading.Lock()

    def write(records):
        names = [record["key"] for record in records]
        assert len(set(names)) == len(names) <= size
        with lock:
            written.update((record["key"], record["n"]) for record in records)
        return [Rejected(record, "odd", "odd") if record["n"] % 2 else record for record in records]

    records = [{"key": key, "n": number} for number, key in enumerate(keys)]
    with calls(write, size=size, connections=3, key=lambda record: record["key"]) as writer:
        begun = [writer.begin(records[start : start + batch], None) for start in range(0, len(records), batch)]
        answers = [answer for each in begun for answer in each.result()]

    assert [isinstance(answer, Rejected) for answer in answers] == [bool(record["n"] % 2) for record in records]
    assert [answer.record if isinstance(answer, Rejected) else answer for answer in answers] == records
    assert written == {key: max(n for n, name in enumerate(keys) if name == key) for key in set(keys)}


def test_as_many_batches_are_under_way_as_there_are_connections():
    now, most, lock = 0, 0, threading.Lock()

    def write(records):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return list(records)

    with calls(write, size=10, connections=4) as writer:
        for each in [writer.begin([{}] * 10, None) for _ in range(12)]:
            assert each.result() == [{}] * 10
    assert most == 4


def test_what_comes_while_all_connections_are_busy_goes_in_full_batches():
    sizes, free = [], threading.Event()

    def write(records):
        sizes.append(len(records))
        assert free.wait(5)
        return list(records)

    with calls(write, size=10, connections=2) as writer:
        begun = [writer.begin([{"n": n}] * 3, None) for n in range(10)]
        free.set()
        assert [each.result() for each in begun] == [[{"n": n}] * 3 for n in range(10)]
    assert sorted(sizes[2:]) == [4, 10, 10]
    assert sizes[:2] == [3, 3]


def test_records_wait_for_their_own_key_alone():
    order, free = [], threading.Event()

    def write(records):
        names = "".join(record["key"] for record in records)
        assert names != "a" or free.wait(5)
        order.append(names)
        return list(records)

    with calls(write, size=1, connections=2, key=lambda record: record["key"]) as writer:
        begun = [writer.begin([{"key": key}], None) for key in "abac"]
        begun[3].result()
        assert order == ["b", "c"]
        free.set()
        begun[2].result()
    assert order == ["b", "c", "a", "a"]


def test_who_sleeps_while_another_batch_fails_is_woken():
    connection, asleep = PlatformConnection(Run()), threading.Event()

    def write(records):
        if records[0]["n"]:
            assert asleep.wait(5)
            raise ConnectionError("planned")
        asleep.set()
        connection.clock.sleep(600)
        return list(records)

    began = time.monotonic()
    with BatchCalls(connection, write, size=1, connections=2) as writer:
        with pytest.raises(ConnectionError, match="planned"):
            writer.write([{"n": 0}, {"n": 1}], None)
        assert time.monotonic() < began + 5


def test_what_a_batch_raises_is_told_and_not_that_others_were_woken_by_it():
    connection, asleep, stopped = PlatformConnection(Run()), threading.Event(), threading.Event()
    stop = connection.stop

    def slow_stop():
        first = not stopped.is_set()
        stopped.set()
        stop()
        time.sleep(0.4 if first else 0)  # whoever was asleep is done by now

    connection.stop = slow_stop

    def write(records):
        if records[0]["sleeps"]:
            asleep.set()
            connection.clock.sleep(60)
        asleep.wait(10)
        raise ConnectionError("planned")

    with (
        BatchCalls(connection, write, size=1, connections=2) as writer,
        pytest.raises(ConnectionError, match="planned"),
    ):
        writer.write([{"sleeps": True}, {"sleeps": False}], None)


def test_what_a_batch_raises_ends_the_run():
    def write(records):
        raise ConnectionError("planned")

    with calls(write, size=2) as writer, pytest.raises(ConnectionError, match="planned"):
        writer.write([{}], None)
