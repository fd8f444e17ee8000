"""``datasource.write.exacttarget``: rows of data extensions of Salesforce Marketing Cloud."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.marketing_cloud import MarketingCloudParams, RowUpserts, marketing_cloud_api
from identitysync.values import Record


def _check_keys(names: Sequence[str]) -> None:
    if not names or not all(name.strip() for name in names):
        raise InvalidParameter(f"the columns of the primary key are separated by commas; found {','.join(names)!r}")


def _check_connections(count: int) -> None:
    if not 1 <= count <= 25:
        raise InvalidParameter(f"1 to 25 requests can be under way at once; found {count}")


def _check_size(count: int) -> None:
    if not 1 <= count <= 10_000:
        raise InvalidParameter(f"a request takes 1 to 10000 rows here; found {count}")


def _check_timeout(seconds: float) -> None:
    if not 1 <= seconds <= 86_400:
        raise InvalidParameter(f"a request may take 1 to 86400 seconds; found {seconds:g}")


@script(
    "datasource.write.exacttarget",
    summary="Add and change rows of a data extension of Salesforce Marketing Cloud.",
    examples=(
        Example(
            "a tenant's own addresses",
            {
                "clientId": "7a9b0c1d",
                "clientSecret": "${env:MARKETING_CLOUD_SECRET}",
                "authUrl": "https://mc0000000000000000000000.auth.marketingcloudapis.com",
                "dataExtension": "GigyaSubscribers",
                "primaryKeys": "GUID,EMAIL",
            },
        ),
        Example(
            "a legacy package, gently",
            {
                "clientId": "7a9b0c1d",
                "clientSecret": "${env:MARKETING_CLOUD_SECRET}",
                "dataExtension": "GigyaSubscribers",
                "primaryKeys": ["GUID"],
                "maxConnections": 1,
            },
        ),
    ),
)
class WriteExactTarget(MarketingCloudParams, RecordWriter):
    """Upsert records as rows: a row with the same primary key is changed, any other is added.

    A record's fields are named as the columns. What is missing stays as it is, null empties it. Objects inside become
    columns with dots in their names, lists become JSON, objects that hold nothing are left out. A record without a
    value in one of `primaryKeys` is rejected.

    Rows go in asynchronous requests, several at once, never two with the same row. Each is waited for: a record is
    rejected with the code and the text that Marketing Cloud gives for its row. As its results do not name rows, those
    that are told to be fine are sent once more when others are not, and a request whose results do not fit is sent
    again by halves. When Marketing Cloud cannot be reached, or refuses package or data extension, the run fails.
    """

    atomic = True

    data_extension: str = param(doc="The external key of the data extension.", example="GigyaSubscribers")
    primary_keys: list[str] = param(
        doc="The columns that are its primary key, separated by commas.", example="GUID,EMAIL", text=True,
        check=_check_keys,
    )  # fmt: skip
    batch_size: int = param(default=500, doc="Rows of one request at most.", example=2000, text=True, check=_check_size)
    max_connections: int = param(
        default=4, doc="Requests under way at once, 1 to 25.", example=8, text=True, check=_check_connections
    )
    timeout: float = param(
        default=3600.0, doc="Seconds that one request may take; then its rows are rejected.", example=600, text=True,
        check=_check_timeout,
    )  # fmt: skip

    def open(self, services: Services) -> Self:
        """Prepare the requests; the package signs in with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        connection = PlatformConnection(services, connections=self.max_connections)
        api = marketing_cloud_api(self, connection)
        keys = [name.strip() for name in self.primary_keys]
        upserts = RowUpserts(api, connection.clock, self.data_extension, keys, timeout=self.timeout)
        return BatchCalls(
            connection, upserts.write, size=self.batch_size, connections=self.max_connections, key=upserts.key
        )
