"""Pages are read ahead, and closed before their connection, however the reading ends."""

import threading

import pytest

from identitysync.errors import RemoteUnavailable
from identitysync.platforms import PlatformConnection, read_pages
from tests.platforms.services import PlainServices


class Reading:
    """Pages of two items, of which the third fails; and in which order things were closed."""

    def __init__(self):
        self.closed = []
        self.connection = PlatformConnection(PlainServices())
        close = self.connection.close
        self.connection.close = lambda: (self.closed.append("connection"), close())

    def pages(self):
        try:
            for number in range(2):
                yield [number, number]
            raise RemoteUnavailable("away")
        finally:
            self.closed.append("pages")


@pytest.mark.parametrize("limit", [None, 10])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_pages_are_closed_at_once_when_nobody_reads_on_and_before_their_connection(count, limit):
    reading = Reading()
    pages = reading.pages()
    items = read_pages(reading.connection, pages, PlainServices(limit=limit))
    assert [next(items) for _ in range(count)] == [0, 0, 1][:count]
    if (count, limit) != (3, None):  # else the page that fails may be under way already
        assert reading.closed == []
    items.close()
    assert reading.closed == ["pages", "connection"]
    assert not any(thread.name == "read-ahead" for thread in threading.enumerate())
    del pages


def test_pages_that_fail_are_closed_before_their_connection_and_pages_may_be_any_iterator():
    reading = Reading()
    with pytest.raises(RemoteUnavailable):
        list(read_pages(reading.connection, reading.pages(), PlainServices()))
    assert reading.closed == ["pages", "connection"]
    assert list(read_pages(Reading().connection, iter([[1], [2]]), PlainServices())) == [1, 2]
