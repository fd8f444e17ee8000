"""``datasource.write.gigya.delete``: delete accounts of a Gigya site."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, check_connections, write_record
from identitysync.values import FieldPath, Record


@script(
    "datasource.write.gigya.delete",
    summary="Delete accounts of a Gigya site.",
    examples=(
        Example("the accounts whose UIDs come", {}),
        Example("the UID stands in another field", {"uidField": "customer.id"}),
    ),
)
class DeleteGigyaAccounts(SiteParams, RecordWriter):
    """Call `accounts.deleteAccount` for each record. This cannot be undone: try the flow with a preview first.

    A record without UID, or whose account is not there, is rejected. Gigya refuses to delete in bulk, with an *Invalid
    policy configuration*, on sites that mail users whose account is deleted: switch that mail off for the time.

    A script of ours.
    """

    atomic = True
    batch_size = 100

    uid_field: FieldPath = param(default=FieldPath.parse("UID"), doc="The field that holds the UID.", example="UID")
    add_response: bool = param(default=False, doc="Put Gigya's answer into the record as `_response`.", example=True)
    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=5, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Delete one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> RecordCalls:
        return RecordCalls(self, services, self._write, connections=self.max_connections)

    def _write(self, client: GigyaClient, record: Record) -> Record | Rejected:
        uid = self.uid_field.get(record)
        if not isinstance(uid, str) or not uid:
            return Rejected(record, f"there is no UID in {self.uid_field}, so that nothing is deleted", "missing-uid")
        return write_record(client, record, "accounts.deleteAccount", {"UID": uid}, add_response=self.add_response)
