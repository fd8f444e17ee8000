"""``datasource.read.salesforce``: objects of Salesforce."""

from collections.abc import Iterator

from identitysync.contract import Example, RecordReader, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import PlatformConnection, read_pages
from identitysync.platforms.salesforce import Jobs, SalesforceParams, check_fields, pages, salesforce_api, soql
from identitysync.values import Record


def _check_page(count: int) -> None:
    if not 1 <= count <= 250_000:
        raise InvalidParameter(f"a page takes 1 to 250000 records; found {count}")


@script(
    "datasource.read.salesforce",
    summary="Read objects of Salesforce.",
    examples=(
        Example(
            "contacts who came from Gigya",
            {
                "username": "sync@example.com",
                "password": "${env:SALESFORCE_PASSWORD}",
                "token": "${env:SALESFORCE_TOKEN}",
                "objectType": "Contact",
                "select": "Gigya_UID__c, FirstName, LastName",
                "where": "Gigya_UID__c != null",
            },
        ),
        Example(
            "changes by people alone",
            {
                "username": "sync@example.com",
                "password": "${env:SALESFORCE_PASSWORD}",
                "objectType": "Lead",
                "select": "Id, Email, Account.Name",
                "deltaField": "LastModifiedDate",
            },
        ),
    ),
)
class ReadSalesforce(SalesforceParams, RecordReader):
    """Read what a query in SOQL finds, by a job of the Bulk API 2.0; the next page is fetched meanwhile.

    All values are texts, as Salesforce writes them into CSV; an empty one is null, for Salesforce keeps no empty texts.
    A field of a related object keeps its dotted name (`record.nest` makes an object of it).

    Without a full extract only objects are read whose `deltaField` is not older than the last successful run. The
    reading is inclusive and reaches ten minutes behind that moment, the longest that a transaction of Salesforce may
    take: an object may be read twice, and none is missed. The original had no such reader: all of it is *our choice*.
    """

    object_type: str = param(doc="The type of the objects.", example="Contact")
    select: str = param(
        doc="The fields, separated by commas.", example="Id, Email, Account.Name", check=check_fields
    )  # fmt: skip
    where: str = param(default="", doc="A condition in SOQL, joined to the delta by AND.", example="Email != null")
    delta_field: str = param(
        default="SystemModstamp",
        doc="The time by which changes are found: `SystemModstamp` of any, `LastModifiedDate` of those by people.",
        example="LastModifiedDate",
        check=check_fields,
    )
    batch_size: int = param(
        default=10_000, doc="Records of one page at most.", example=50_000, text=True, check=_check_page
    )

    def read(self, services: Services) -> Iterator[Record]:
        """Ask, and give page by page."""
        run = services.run
        connection = PlatformConnection(services)
        jobs = Jobs(salesforce_api(self, connection), connection, timeout=self.timeout)
        query = soql(
            self.select, self.object_type, where=self.where, delta_field=self.delta_field, since=run.since,
            limit=run.limit,
        )  # fmt: skip
        return read_pages(connection, pages(jobs, query, size=self.batch_size), services)
