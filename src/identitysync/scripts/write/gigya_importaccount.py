"""``datasource.write.gigya.importaccount``: make or overwrite full accounts of a Gigya site."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, check_connections, user_of, write_record
from identitysync.values import Record


class ImportPolicy(StrEnum):
    """What happens to accounts that exist."""

    INSERT = "insert"
    UPSERT = "upsert"


@script(
    "datasource.write.gigya.importaccount",
    summary="Import full accounts into a Gigya site.",
    examples=(
        Example(
            "make accounts, and overwrite those that exist",
            {"importPolicy": "upsert", "handleIdentityConflicts": "connect", "maxConnections": 20},
        ),
        Example("only new accounts, with Gigya's answer for the next step", {"addResponse": True}),
    ),
)
class ImportGigyaAccounts(SiteParams, RecordWriter):
    """Call `accounts.importFullAccount` for each record: `UID`, or `createUID: true`, and all that the account holds.

    With `insert` an account that exists rejects the record, with `upsert` it is overwritten: fields of objects are
    merged, groups such as `loginIDs`, `emails` and `password` are put in the place of those that are there. Gigya
    ignores parameters that it does not know and lists them in its answer. It takes few imports of one user in a minute:
    a file should hold each `UID` once. No mails go out, and no webhooks are called.

    A record without `UID` is imported once and never tried a second time unless Gigya has surely not done it.
    """

    atomic = True
    batch_size = 100

    import_policy: ImportPolicy = param(
        default=ImportPolicy.INSERT, doc="`insert` refuses accounts that exist, `upsert` overwrites them.",
        example="upsert",
    )  # fmt: skip
    handle_identity_conflicts: str = param(
        default="",
        doc="What Gigya does with a social identity that belongs to another account, such as `connect`; else it "
        "refuses the account.",
        example="connect",
    )
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
        fixed: dict[str, Any] = {"importPolicy": self.import_policy.value}
        if self.handle_identity_conflicts:
            fixed["handleIdentityConflicts"] = self.handle_identity_conflicts

        def call(client: GigyaClient, record: Record) -> Record | Rejected:
            return self._write(client, record, fixed)

        return RecordCalls(self, services, call, connections=self.max_connections, key=user_of)

    def _write(self, client: GigyaClient, record: Record, fixed: dict[str, Any]) -> Record | Rejected:
        method = "accounts.importFullAccount"
        named = bool(record.get("UID"))
        return write_record(client, record, method, record | fixed, add_response=self.add_response, repeatable=named)
