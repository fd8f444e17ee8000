"""Read all that a query finds, while the next page is on its way."""

from collections.abc import Iterator

from identitysync.contract import Services
from identitysync.gigya.connection import Connection
from identitysync.gigya.cursors import pages
from identitysync.gigya.sites import SiteParams
from identitysync.values import Record
from identitysync.world.ahead import read_ahead


def read_records(
    params: SiteParams, services: Services, query: str, *, method: str = "accounts.search", key: str | None = None
) -> Iterator[Record]:
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
