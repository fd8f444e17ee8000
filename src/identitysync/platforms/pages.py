"""Read all that a platform has, page by page, while the next page is on its way."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from identitysync.contract import Services
from identitysync.platforms.connection import PlatformConnection
from identitysync.world import read_ahead

T = TypeVar("T")


def read_pages(connection: PlatformConnection, pages: Iterator[Iterable[T]], services: Services) -> Iterator[T]:
    """Give what stands on the pages; the connection is closed at the end.

    Args:
        connection: The connection over which the pages come.
        pages: The pages.
        services: Tell when the run shall stop. A run with a limit fetches no page ahead: it may not need it.

    Yields:
        What stands on them, in order.
    """
    try:
        unlimited = services.run.limit is None
        for page in read_ahead(pages, ahead=unlimited, check=services.check, stop=connection.stop):
            yield from page
    finally:
        connection.close()
