"""``datasource.write.gigya.ds``: store objects in Gigya's data store."""

from collections.abc import Sequence
from typing import Final, Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, check_connections, write_record
from identitysync.values import Record

_NAMING: Final = ("oid", "UID")
_NOT_DATA: Final = frozenset({
    *_NAMING, "type", "created", "createdTimestamp", "lastUpdated", "lastUpdatedTimestamp",
})  # fmt: skip


@script(
    "datasource.write.gigya.ds",
    summary="Store objects in Gigya's data store.",
    examples=(Example("purchases", {"type": "purchase"}), Example("gently", {"type": "purchase", "maxConnections": 2})),
)
class WriteGigyaDs(SiteParams, RecordWriter):
    """Call `ds.store` for each record.

    What is stored is the record's object `data`, as the reader gives it; a record without one is stored itself
    (*our choice*). `oid` names the object, with `UID` where it belongs to a user; without an `oid` a new object is made
    each time. Fields are merged into an object that exists. Two records of one object are never under way at once.
    """

    atomic = True
    batch_size = 100

    type: str = param(doc="The type of the objects.", example="purchase")
    add_response: bool = param(default=False, doc="Put Gigya's answer into the record as `_response`.", example=True)
    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=20, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> RecordCalls:
        return RecordCalls(self, services, self._write, connections=self.max_connections, key=_object_of)

    def _write(self, client: GigyaClient, record: Record) -> Record | Rejected:
        data = record.get("data")
        if not isinstance(data, dict):
            data = {key: value for key, value in record.items() if key not in _NOT_DATA}
        oid = record.get("oid") or "auto"
        params = {"type": self.type, "oid": oid, "UID": record.get("UID") or None, "data": data}
        return write_record(
            client, record, "ds.store", params, add_response=self.add_response, repeatable=oid != "auto"
        )


def _object_of(record: Record) -> tuple[str, ...] | int:
    return tuple(str(record.get(name, "")) for name in _NAMING) if record.get("oid") else id(record)
