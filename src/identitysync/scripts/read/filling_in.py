"""Add to accounts what a search does not give: passwords, subscriptions, identities."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Final

from identitysync.contract import Rejected, Services
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, call_for
from identitysync.values import Record
from identitysync.world import awaited

_BATCH: Final = 100


def filled_in(
    found: Generator[Record, None, None],
    params: SiteParams,
    services: Services,
    *,
    include: Sequence[str],
    connections: int,
) -> Iterator[Record | Rejected]:
    """Call ``accounts.getAccountInfo`` for each account, many at once, and give them in their order.

    Args:
        found: What the search gives; it is closed, however this ends.
        params: Which site.
        services: The run's clock and site.
        include: What to add.
        connections: Calls under way at once.

    Yields:
        The accounts; a reject where Gigya does not give one any more.
    """

    def call(client: GigyaClient, record: Record) -> Record | Rejected:
        uid = record.get("UID")
        if not isinstance(uid, str) or not uid:  # a lite account may have none
            return record
        answer = call_for(client, record, "accounts.getAccountInfo", {"UID": uid, "include": ",".join(include)})
        if isinstance(answer, Rejected):
            return answer
        return record | {name: answer[name] for name in include if name in answer}

    with closing(found), RecordCalls(params, services, call, connections=connections) as calls:
        under_way = deque(calls.begin(batch, services) for batch in [list(islice(found, _BATCH))])
        while under_way:
            while len(under_way) * _BATCH < calls.window and (batch := list(islice(found, _BATCH))):
                under_way.append(calls.begin(batch, services))
            yield from awaited(under_way.popleft(), services.check)  # type: ignore[misc]  # a call answers with a record or a reject
