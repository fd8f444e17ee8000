import threading
import time

import pytest

from identitysync.world import read_ahead


def test_items_come_in_order_and_only_one_is_fetched_ahead():
    fetched = []

    def source():
        for number in range(20):
            fetched.append(number)
            yield number

    got = []
    for number in read_ahead(source()):
        got.append(number)
        time.sleep(0.001)
        assert len(fetched) <= len(got) + 1
    assert got == fetched == list(range(20))


def test_the_next_item_is_fetched_while_the_present_one_is_worked_on():
    coming = threading.Event()

    def source():
        yield 1
        coming.set()
        yield 2

    items = read_ahead(source())
    assert next(items) == 1
    assert coming.wait(5), "nobody fetched the second item"
    assert list(items) == [2]


def test_nothing_is_fetched_before_the_first_item_is_wanted():
    fetched = []
    items = read_ahead(fetched.append(number) or number for number in range(3))
    time.sleep(0.01)
    assert fetched == []
    assert next(items) == 0


def test_without_ahead_an_item_is_fetched_only_when_it_is_wanted():
    fetched = []
    items = read_ahead((fetched.append(number) or number for number in range(3)), ahead=False)
    assert next(items) == 0
    time.sleep(0.01)
    assert fetched == [0]
    assert list(items) == [1, 2]


def test_whoever_awaits_an_item_can_be_stopped():
    stopped = threading.Event()

    def source():
        stopped.wait(10)
        yield 1

    def check():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(read_ahead(source(), check=check, stop=stopped.set))
    assert stopped.is_set()


def test_an_error_comes_in_its_place():
    def source():
        yield 1
        yield 2
        raise ConnectionError("planned")

    items = read_ahead(source())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ConnectionError, match="planned"):
        next(items)


def test_whoever_ends_early_shortens_what_is_under_way_and_leaves_no_thread():
    stopped = threading.Event()

    def source():
        yield 1
        assert stopped.wait(10)
        yield 2

    items = read_ahead(source(), stop=stopped.set)
    assert next(items) == 1
    items.close()

    assert stopped.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]
