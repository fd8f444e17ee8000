"""``datasource.write.gigya.account``: change accounts of a Gigya site."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, check_connections, user_of, write_record
from identitysync.values import Record


@script(
    "datasource.write.gigya.account",
    summary="Change accounts of a Gigya site.",
    examples=(Example("ten calls at once", {}), Example("gently", {"maxConnections": 2})),
)
class WriteGigyaAccounts(SiteParams, RecordWriter):
    """Call `accounts.setAccountInfo` for each record: `UID`, and what shall change (`profile`, `data` and so on).

    Objects are merged into the account. Only accounts that exist are changed: an unknown `UID` rejects the record with
    Gigya's error (*our choice*). Several calls are under way at once, never two for one account. A record is rejected
    with Gigya's code and message; when Gigya cannot be reached, or refuses the key, the job fails.
    """

    atomic = True
    batch_size = 100

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
        return RecordCalls(self, services, _write, connections=self.max_connections, key=user_of)


def _write(client: GigyaClient, record: Record) -> Record | Rejected:
    uid = record.get("UID")
    if not isinstance(uid, str) or not uid:
        return Rejected(record, "the record has no UID, so that no account can be changed", "missing-uid")
    return write_record(client, record, "accounts.setAccountInfo", record)
