"""``datasource.write.marketo``: leads of Marketo."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.platforms import BatchCalls
from identitysync.platforms.marketo import MarketoLogin, check_connections, lead_calls
from identitysync.values import Record


@script(
    "datasource.write.marketo",
    summary="Create and update leads of Marketo.",
    examples=(
        Example(
            "found by e-mail address",
            {
                "baseUrl": "https://123-ABC-456.mktorest.com",
                "clientId": "11111111-2222-3333-4444-555555555555",
                "clientSecret": "${env:MARKETO_CLIENT_SECRET}",
            },
        ),
        Example(
            "found by a field of one's own, and gently",
            {
                "baseUrl": "https://123-ABC-456.mktorest.com",
                "clientId": "11111111-2222-3333-4444-555555555555",
                "clientSecret": "${env:MARKETO_CLIENT_SECRET}",
                "lookupField": "gigyaUID",
                "maxConnections": 1,
            },
        ),
    ),
)
class WriteMarketo(MarketoLogin, RecordWriter):
    """Send leads by 300 (`createOrUpdate`); fields are named as Marketo's REST API names them.

    A lead that Marketo skips rejects its record with Marketo's code and reasons. Null empties a field, a field that is
    missing stays as it is. Fields are flat (*our choice*): an array becomes one text with `;` between its values; of
    objects in it, such as `profile.likes`, the `name` is taken; an empty array empties the field. Any other object or
    array rejects the record, and an object that renames have left empty is not sent.

    Two records of one lead are never under way at once, because Marketo would make two leads of them. A call is made
    again when it was not let in or its answer was lost; when Marketo's daily quota is reached, the job fails.
    """

    atomic = True
    batch_size = 300

    lookup_field: str = param(
        default="email",
        doc="The field by which leads are found; it must be in each record. By `id` leads are updated only.",
        example="gigyaUID",
    )
    max_connections: int = param(
        default=5, doc="Calls under way at once, 1 to 10; Marketo advises 5 at most, as others call it, too.",
        example=2, text=True, check=check_connections,
    )  # fmt: skip

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        return lead_calls(self, services, lookup_field=self.lookup_field, connections=self.max_connections)
