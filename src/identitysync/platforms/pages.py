"""Read all that a platform has, page by page, while the next page is on its way."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import TypeVar

from identitysync.contract import Services
from identitysync.platforms.connection import PlatformConnection
from identitysync.world import read_ahead

T = TypeVar("T")


def read_pages(connection: PlatformConnection, pages: Iterator[Iterable[T]], services: Services) -> Iterator[T]:
    """Give what stands on the pages; at the end, the pages are closed, and then the connection.

    Args:
        connection: The connection over which the pages come.
        pages: The pages; a generator is closed as soon as nobody reads on, before the connection.
        services: Tell when the run shall stop. A run with a limit fetches no page ahead: it may not need it.

    Yields:
        What stands on them, in order.
    """
    try:
        unlimited = services.run.limit is None
        ahead = read_ahead(pages, ahead=unlimited, check=services.check, stop=connection.stop)
        try:
            with closing(ahead):
                for page in ahead:
                    yield from page
        finally:
            if isinstance(pages, Generator):
                pages.close()
    finally:
        connection.close()
