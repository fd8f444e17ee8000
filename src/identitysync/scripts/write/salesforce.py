"""``datasource.write.salesforce``: create and change objects of Salesforce."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.salesforce import Jobs, SalesforceParams, Upserts, salesforce_api
from identitysync.values import Record


def _check_connections(count: int) -> None:
    if not 1 <= count <= 25:
        raise InvalidParameter(f"1 to 25 jobs can be under way at once; found {count}")


def _check_size(count: int) -> None:
    if not 1 <= count <= 150_000:
        raise InvalidParameter(f"a job takes 1 to 150000 records here; found {count}")


@script(
    "datasource.write.salesforce",
    summary="Create and change objects of Salesforce.",
    examples=(
        Example(
            "contacts by the user's id",
            {
                "username": "sync@example.com",
                "password": "${env:SALESFORCE_PASSWORD}",
                "token": "${env:SALESFORCE_TOKEN}",
                "objectType": "Contact",
                "primaryId": "Gigya_UID__c",
            },
        ),
        Example(
            "person accounts of a sandbox: by Salesforce's id where a record has it, else by the user's",
            {
                "username": "sync@example.com.test",
                "password": "${env:SALESFORCE_PASSWORD}",
                "authEndpoint": "https://test.salesforce.com/services/Soap/u/64.0",
                "objectType": "Account",
                "primaryId": "Id",
                "lookupId": "Gigya_UID__c",
                "batchSize": 2000,
            },
        ),
        Example(
            "an application signs in, at the organization's own domain",
            {
                "clientId": "3MVG9abcdef",
                "clientSecret": "${env:SALESFORCE_CLIENT_SECRET}",
                "authEndpoint": "https://example.my.salesforce.com",
                "objectType": "Contact",
                "primaryId": "Gigya_UID__c",
            },
        ),
    ),
)
class WriteSalesforce(SalesforceParams, RecordWriter):
    """Upsert records as objects, in jobs of the Bulk API 2.0: what Salesforce knows is changed, all else is created.

    A record's fields are named as in Salesforce. A missing or empty one leaves the field of the object as it is, null
    or `#N/A` empties it. Objects inside become fields with dots in their names, which is how Salesforce names those of
    related objects; lists become JSON.

    `primaryId` names the object; `lookupId` does where a record has no value in `primaryId` (*our choice*: the
    original's documentation has the names alone). A record with neither is rejected, and so is one with a field that
    Salesforce does not know.

    Several jobs are under way at once, never two with the same object. A record is rejected with the code and the text
    that Salesforce gives for it. When Salesforce cannot be reached, or refuses user or type, the run fails; what was
    written until then stays, and may be written again.
    """

    atomic = True

    object_type: str = param(doc="The type of the objects.", example="Contact")
    primary_id: str = param(
        doc="The field that names an object: `Id`, or one that is marked as an external id.", example="Gigya_UID__c"
    )
    lookup_id: str = param(
        default="", doc="Another such field, for records without a value in `primaryId`.", example="Email_Id__c"
    )
    batch_size: int = param(default=5000, doc="Records of one job at most.", example=2000, text=True, check=_check_size)
    max_connections: int = param(
        default=4, doc="Jobs under way at once, 1 to 25.", example=8, text=True, check=_check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the jobs; the user signs in with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        connection = PlatformConnection(services, connections=self.max_connections)
        jobs = Jobs(salesforce_api(self, connection), connection, timeout=self.timeout)
        upserts = Upserts(jobs, self.object_type, self.primary_id, self.lookup_id)
        return BatchCalls(
            connection, upserts.write, size=self.batch_size, connections=self.max_connections, key=upserts.key
        )
