"""``datasource.write.gigya.account``: change accounts of a Gigya site."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from identitysync.contract import Example, Finding, RecordWriter, Rejected, Services, param, script
from identitysync.errors import AuthenticationFailed, GigyaError, InvalidParameter
from identitysync.gigya import GigyaClient, run_bounded, site_for
from identitysync.values import Record, Secret
from identitysync.world.http import HttpClient


def check_connections(count: int) -> Iterator[Finding]:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 100:
        raise InvalidParameter(f"maxConnections is 1 to 100; found {count}")
    yield from ()


@script(
    "datasource.write.gigya.account",
    summary="Change accounts of a Gigya site.",
    examples=(Example("ten calls at once", {}), Example("gently", {"maxConnections": 2})),
)
class WriteGigyaAccounts(RecordWriter):
    """Call `accounts.setAccountInfo` for each record: `UID`, and what shall change (`profile`, `data` and so on).

    Objects are merged into the account. Only accounts that exist are changed: an unknown `UID` rejects the record with
    Gigya's error (*our choice*). Several calls are under way at once, never two for one account. A record is rejected
    with Gigya's code and message; when Gigya cannot be reached, or refuses the key, the job fails.
    """

    atomic = True
    batch_size = 1000

    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=20, text=True, check=check_connections
    )
    api_key: str = param(default="", doc="Another site than the run's.", example="3_abc")
    user_key: str = param(default="", doc="The application key for that site.", example="AKabc")
    secret: Secret | None = param(
        default=None, doc="The application's secret.", example="${env:GIGYA_SECRET}", secret=True
    )
    data_center: str = param(default="", doc="That site's data center.", example="eu1")
    url: str = param(default="", doc="An address in the data center's place.", example="http://127.0.0.1:8080")

    def open(self, services: Services) -> Self:
        """Start the threads; connections open with the first record."""
        return _Writer(self, services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        writer = _Writer(self, services)
        try:
            return writer.write(records, services)
        finally:
            writer.close()


class _Writer:
    def __init__(self, script: WriteGigyaAccounts, services: Services) -> None:
        self._http = HttpClient(services.clock, max_connections=script.max_connections)
        site = site_for(
            services.site, api_key=script.api_key, user_key=script.user_key, secret=script.secret,
            data_center=script.data_center, url=script.url,
        )  # fmt: skip
        self._client = GigyaClient(site, self._http, services.clock)
        self._pool = ThreadPoolExecutor(script.max_connections, "gigya-write")

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        return run_bounded(records, self._one, self._pool, key=lambda record: str(record.get("UID") or id(record)))

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def _one(self, record: Record) -> Record | Rejected:
        uid = record.get("UID")
        if not isinstance(uid, str) or not uid:
            return Rejected(record, "the record has no UID, so that no account can be changed", "missing-uid")
        try:
            self._client.call("accounts.setAccountInfo", record)
        except AuthenticationFailed:
            raise
        except GigyaError as fault:
            return Rejected(record, fault.details or fault.message, str(fault.code), error=_details(fault))
        return record


def _details(fault: GigyaError) -> dict[str, Any]:
    return {"errorCode": fault.code, "errorMessage": fault.details or fault.message, "callId": fault.call_id}
