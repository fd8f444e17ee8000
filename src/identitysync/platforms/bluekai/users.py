"""Users on their way to BlueKai: one call for each, several at once, and an answer for each."""

from collections.abc import Callable, Hashable, Iterator, Sequence

from identitysync.contract import Finding, Rejected, Services
from identitysync.errors import InvalidParameter, PlatformError, RecordRejected
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.bluekai.client import BlueKaiClient
from identitysync.platforms.bluekai.hints import hints
from identitysync.platforms.connection import PlatformConnection
from identitysync.values import FieldPath, Record, copy_records, text_of

MakeClient = Callable[[PlatformConnection], BlueKaiClient]


def check_connections(count: int) -> Iterator[Finding]:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 100:
        raise InvalidParameter(f"1 to 100 connections can be used at once; found {count}")
    yield from ()


def user_calls(make: MakeClient, services: Services, *, id_field: FieldPath, connections: int) -> BatchCalls:
    """Prepare what sends users; it closes its own connection.

    Args:
        make: Makes the client over a connection.
        services: The run's clock.
        id_field: The field that holds the user's id.
        connections: How many calls at most are under way at once.
    """
    connection = PlatformConnection(services, connections=connections)
    client = make(connection)

    def write(records: Sequence[Record]) -> list[Record | Rejected]:
        return [_sent(client, id_field, record) for record in records]

    def key(record: Record) -> Hashable:
        return _id(id_field.get(record)) or id(record)

    return BatchCalls(connection, write, size=1, connections=connections, key=key)


def _id(value: object) -> str:
    return text_of(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _sent(client: BlueKaiClient, id_field: FieldPath, record: Record) -> Record | Rejected:
    (rest,) = copy_records([record])
    user = _id(id_field.pop(rest))
    if not user:
        return Rejected(record, f"{id_field} holds no user id", "no-user-id")
    try:
        known = hints(rest)
        if not known:
            return Rejected(record, f"nothing is known of the user {user!r} but the id", "nothing-to-tell")
        client.send(user, known)
    except RecordRejected as fault:
        return Rejected(record, str(fault), fault.code)
    except PlatformError as fault:
        return Rejected(record, fault.message, fault.code)
    except UnicodeEncodeError:
        return Rejected(record, "half of a surrogate pair is no character that UTF-8 has", "charset")
    return record
