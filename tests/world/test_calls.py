import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.world.calls import Calls


@pytest.fixture
def make():
    made = []

    def calls(work, threads=4, keys=None):
        made.append(Calls(work, threads, **({"keys": keys} if keys else {})))
        return made[-1]

    yield calls
    for each in made:
        each.close()


def test_answers_come_in_the_order_of_the_items(make):
    def work(number):
        time.sleep(0.02 if number == 0 else 0)
        return number * 2

    calls = make(work)
    assert calls.begin(range(30)).result() == [number * 2 for number in range(30)]
    assert calls.begin([]).result() == []


def test_no_more_than_the_threads_are_at_work_and_all_of_them_are_whatever_the_batches(make):
    now, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1

    calls = make(work)
    for answers in [calls.begin([number]) for number in range(40)]:
        answers.result()
    assert most == 4


def test_a_batch_that_waits_for_its_slowest_item_holds_nobody_up(make):
    slow = threading.Event()

    def work(item):
        return slow.wait(10) if item == "slow" else item

    calls = make(work, threads=2)
    first = calls.begin(["slow", "a"])
    later = [calls.begin([number]) for number in range(20)]

    assert [answers.result(timeout=5) for answers in later] == [[number] for number in range(20)]
    assert not first.done()
    slow.set()
    assert first.result(timeout=5) == [True, "a"]


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 10))
def test_items_of_one_key_never_overlap_and_keep_their_order_across_batches(keys, size):
    busy, order, lock = set(), {}, threading.Lock()

    def work(item):
        key, number = item
        with lock:
            assert key not in busy
            busy.add(key)
        order.setdefault(key, []).append(number)
        time.sleep(0)
        with lock:
            busy.remove(key)
        return number

    items = [(key, number) for number, key in enumerate(keys)]
    calls = Calls(work, 4, keys=lambda item: (item[0],))
    batches = [calls.begin(items[start : start + size]) for start in range(0, len(items), size)]
    assert [number for each in batches for number in each.result()] == list(range(len(keys)))
    calls.close()
    assert all(numbers == sorted(numbers) for numbers in order.values())


@pytest.mark.parametrize("keys", [None, lambda number: [number % 4]])
def test_the_first_exception_ends_everything_and_nothing_goes_on_behind_its_back(make, keys):
    begun, ended = [], []

    def work(number):
        begun.append(number)
        if number == 5:
            raise ConnectionError("planned")
        time.sleep(0.01)
        ended.append(number)

    calls = make(work, keys=keys)
    batches = [calls.begin(range(start, start + 100)) for start in range(0, 500, 100)]
    for answers in batches:
        with pytest.raises(ConnectionError, match="planned"):
            answers.result()
    assert len(begun) < 100
    assert sorted(begun) == sorted([*ended, 5])
    with pytest.raises(ConnectionError, match="planned"):
        calls.begin([1]).result()


def test_what_is_complete_before_an_exception_keeps_its_answers(make):
    calls = make(lambda number: 1 // number)
    first = calls.begin([1, 1])
    assert first.result() == [1, 1]
    with pytest.raises(ZeroDivisionError):
        calls.begin([0]).result()
    assert first.result() == [1, 1]


@pytest.mark.parametrize("keys", [None, lambda _: ["one"]])
def test_closing_waits_for_what_is_under_way_and_cancels_the_rest(make, keys):
    begun, ended = [], []

    def work(number):
        begun.append(number)
        time.sleep(0.02)
        ended.append(number)

    calls = make(work, threads=2, keys=keys)
    answers = calls.begin(range(100))
    while not begun:
        time.sleep(0.001)
    calls.close()

    assert answers.cancelled()
    assert sorted(begun) == sorted(ended)
    assert len(begun) < 10
    calls.close()
