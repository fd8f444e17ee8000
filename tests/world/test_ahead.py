import subprocess
import sys
import threading
import time

import pytest

from identitysync.world import read_ahead, read_together


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


@pytest.mark.parametrize("begun", ["read_ahead(iter(range(9)))", "read_together([iter(range(9)), iter(range(9))])"])
def test_whoever_leaves_items_lying_can_still_end_the_process(begun):
    program = f"from identitysync.world import read_ahead, read_together\nitems = {begun}\nprint(next(items))"
    done = subprocess.run([sys.executable, "-c", program], timeout=30, check=True, capture_output=True, text=True)
    assert done.stdout == "0\n"


# several sources


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("read-together")]


@pytest.mark.parametrize("sizes", [[], [0], [5], [3, 0, 1], [0, 0, 7, 2], [20] * 9])
def test_all_items_of_all_sources_come_those_of_each_in_order(sizes):
    sources = [iter([(number, place) for place in range(size)]) for number, size in enumerate(sizes)]
    got = list(read_together(sources))
    assert sorted(got) == [(number, place) for number, size in enumerate(sizes) for place in range(size)]
    for number, size in enumerate(sizes):
        assert [place for each, place in got if each == number] == list(range(size))
    assert threads() == []


def test_of_each_source_one_item_waits_at_most():
    fetched = []

    def source(number):
        for place in range(30):
            fetched.append(number)
            yield place

    for got, _ in enumerate(read_together(map(source, range(4))), 1):
        time.sleep(0.001)
        assert len(fetched) <= got + 4
    assert len(fetched) == 120


def test_sources_are_fetched_from_at_once():
    together = threading.Barrier(3, timeout=10)

    def source():
        yield "first"
        together.wait()
        yield "second"

    assert list(read_together([source() for _ in range(3)])).count("second") == 3


def test_a_source_begins_when_the_one_before_has_given_something_or_has_ended():
    begun, given = [], []

    def source(number, items):
        assert given == begun
        begun.append(number)
        time.sleep(0.01)
        given.append(number)
        yield from range(items)

    assert len(list(read_together(source(number, number % 3) for number in range(6)))) == 6
    assert begun == list(range(6))


def test_an_error_of_one_source_ends_the_others_as_it_is():
    stopped = threading.Event()

    def waiting():
        yield 1
        stopped.wait(10)

    def broken():
        yield 2
        raise ConnectionError("planned")

    with pytest.raises(ConnectionError, match="planned"):
        list(read_together([waiting(), waiting(), broken(), waiting()], stop=stopped.set))
    assert stopped.is_set()
    assert threads() == []


def test_whoever_awaits_several_sources_can_be_stopped():
    stopped = threading.Event()

    def waiting():
        stopped.wait(10)
        yield 1

    def check():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(read_together([waiting(), waiting()], check=check, stop=stopped.set))
    assert stopped.is_set()
    assert threads() == []


def test_whoever_ends_several_sources_early_shortens_what_is_under_way():
    stopped = threading.Event()

    def source():
        yield 1
        stopped.wait(10)
        yield 2

    items = read_together([source() for _ in range(3)], stop=stopped.set)
    assert [next(items) for _ in range(3)] == [1, 1, 1]
    items.close()
    assert stopped.is_set()
    assert threads() == []
