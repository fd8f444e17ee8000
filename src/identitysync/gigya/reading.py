"""Read all that a query finds, while the next page is on its way."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from identitysync.contract import Services
from identitysync.gigya.client import GigyaClient
from identitysync.gigya.connection import Connection
from identitysync.gigya.cursors import pages
from identitysync.gigya.sites import SiteParams
from identitysync.values import Record
from identitysync.world.ahead import awaited, read_ahead, read_together
from identitysync.world.aside import Aside


def read_records(
    params: SiteParams, services: Services, query: str, *, method: str = "accounts.search", key: str | None = None
) -> Generator[Record, None, None]:
    """Read all that a query finds; the next page is fetched while the present one is worked on.

    Args:
        params: Which site.
        services: The run's clock and site. A run with a limit fetches no page ahead: it may not need it.
        query: The query.
        method: The search method.
        key: The field that tells one result from another, as in ``pages``.

    Yields:
        The results, each once.

    Raises:
        GigyaError: Gigya refuses the query.
        RemoteUnavailable: Gigya cannot be reached, or its cursor does not end.
        Cancelled: The run shall stop.
    """
    connection = Connection(params, services)
    try:
        found = pages(connection.client, query, method=method, key=key)
        unlimited = services.run.limit is None
        for page in read_ahead(found, ahead=unlimited, check=services.check, stop=connection.stop):
            yield from page
    finally:
        connection.close()


def read_parts(
    params: SiteParams, services: Services, cut: Callable[[GigyaClient], Sequence[str]], *, parts: int
) -> Generator[Record, None, None]:
    """Read all that several queries find, at the same time, each with a cursor of its own.

    A query is asked when the one before has been answered for the first time. So a document that changes from what one
    finds to what a later one finds is found, perhaps twice.

    Args:
        params: Which site.
        services: The run's clock and site.
        cut: Makes the queries, which may take calls of its own.
        parts: How many calls at most are under way at once.

    Yields:
        The results of all, as they come; those of one query in their order.

    Raises:
        GigyaError: Gigya refuses a query.
        RemoteUnavailable: Gigya cannot be reached, or a cursor does not end.
        Cancelled: The run shall stop.
    """
    connection = Connection(params, services, connections=parts)
    try:
        queries = _cut(connection, services, cut)
        sources = [pages(connection.client, query) for query in queries]
        with closing(read_together(sources, check=services.check, stop=connection.stop)) as found:
            for page in found:
                yield from page
    finally:
        connection.close()


def _cut(connection: Connection, services: Services, cut: Callable[[GigyaClient], Sequence[str]]) -> Sequence[str]:
    thread = Aside("cut")
    try:
        return awaited(thread.do(lambda: cut(connection.client)), services.check)
    except BaseException:
        connection.stop()
        raise
    finally:
        thread.end()
