"""Waiting has an end."""

import threading
import time

from identitysync.remotes.sftp.watch import Watch


def test_a_watch_cuts_off_when_nothing_moves():
    cut = threading.Event()
    with Watch(0.05, cut.set) as watch:
        assert cut.wait(5)
    assert watch.expired


def test_a_watch_leaves_alone_what_moves_and_what_is_over():
    cut = threading.Event()
    with Watch(0.3, cut.set) as watch:
        for _ in range(10):
            time.sleep(0.05)
            watch.moved()
    assert not cut.wait(0.4)
    assert not watch.expired


def test_a_watch_leaves_no_thread_behind():
    before = threading.active_count()
    with Watch(60, lambda: None):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
