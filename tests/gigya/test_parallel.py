import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.gigya import run_bounded


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_answers_come_in_the_order_of_the_items(pool):
    def work(number):
        time.sleep(0.02 if number == 0 else 0)
        return number * 2

    assert run_bounded(range(30), work, pool) == [number * 2 for number in range(30)]
    assert run_bounded([], work, pool) == []


def test_no_more_than_the_threads_are_at_work_and_all_of_them_are(pool):
    now, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1

    run_bounded(range(40), work, pool)
    assert most == 4


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_items_of_one_key_never_overlap_and_keep_their_order(keys):
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
    with ThreadPoolExecutor(4) as pool:
        assert run_bounded(items, work, pool, key=lambda item: item[0]) == list(range(len(keys)))
    assert all(numbers == sorted(numbers) for numbers in order.values())


@pytest.mark.parametrize("key", [None, lambda number: number % 4])
def test_the_first_exception_ends_everything_and_nothing_goes_on_behind_its_back(pool, key):
    begun, ended = [], []

    def work(number):
        begun.append(number)
        if number == 5:
            raise ConnectionError("planned")
        time.sleep(0.01)
        ended.append(number)

    with pytest.raises(ConnectionError, match="planned"):
        run_bounded(range(500), work, pool, key=key)
    assert len(begun) < 100
    assert sorted(begun) == sorted([*ended, 5])
    before = len(begun)
    time.sleep(0.05)
    assert len(begun) == before


def test_the_pool_can_be_used_after_an_exception(pool):
    with pytest.raises(ZeroDivisionError):
        run_bounded(range(50), lambda number: 1 / (number - 3), pool)
    assert run_bounded([1, 2], abs, pool) == [1, 2]
