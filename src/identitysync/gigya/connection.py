"""One script's connection to its site: the client, the connections that are allowed, threads that keep them busy."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, Self

from identitysync.contract import Answer, Services
from identitysync.gigya.client import GigyaClient
from identitysync.gigya.sites import SiteParams
from identitysync.values import Record
from identitysync.world import StoppableClock
from identitysync.world.calls import Calls
from identitysync.world.http import HttpClient

_WINDOW: Final = 100
"""Records that may be under way for each connection: a call may take as long as a hundred others, and nobody idles."""


class Connection:
    """A client that can be closed at once, even while it waits for its next try.

    Attributes:
        client: The client.
    """

    def __init__(self, params: SiteParams, services: Services, *, connections: int = 1) -> None:
        """Prepare; nothing is sent yet.

        Args:
            params: Which site; what they leave open comes from the run.
            services: The run's clock and site.
            connections: How many calls at most are under way at once.

        Raises:
            InvalidParameter: There is no site, or its key is none.
        """
        site = params.site_for(services.site)
        self._clock = StoppableClock(services.clock)
        self._http = HttpClient(self._clock, max_connections=connections)
        self.client = GigyaClient(site, self._http, self._clock, private_key=params.private_key)

    def stop(self) -> None:
        """Begin no further try."""
        self._clock.stop()

    def close(self) -> None:
        """Begin no further try, and let go of all connections."""
        self.stop()
        self._http.close()


class RecordCalls:
    """A look-up or writer at work: one call for each record, as many at once as there are connections.

    There are a few more threads than connections: while one waits for an answer, another signs the next call.

    Attributes:
        window: Records that may be under way.
    """

    def __init__(
        self,
        params: SiteParams,
        services: Services,
        call: Callable[[GigyaClient, Record], Answer],
        *,
        connections: int = 1,
        key: Callable[[Record], Hashable] | None = None,
    ) -> None:
        """Prepare; connections open with the first record.

        Args:
            params: Which site.
            services: The run's clock and site.
            call: Answers for one record.
            connections: How many calls at most are under way at once.
            key: Records with the same key are never under way at the same time; None for all at once.
        """
        self._connection = Connection(params, services, connections=connections)
        client = self._connection.client
        threads = connections + connections // 4 + 1
        self._calls: Calls[Record, Answer] = Calls(
            lambda record: call(client, record), threads, keys=lambda record: (key(record),) if key else ()
        )
        self.window = _WINDOW * connections

    def begin(self, records: Sequence[Record], services: Services) -> "Future[list[Answer]]":
        """Begin with records."""
        return self._calls.begin(records)

    def write(self, records: Sequence[Record], services: Services) -> list[Any]:
        """Write records and wait for the answers."""
        return self._calls.begin(records).result()

    look_up = write

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the calls that are under way, and let go."""
        self._connection.stop()
        self._calls.close()
        self._connection.close()
