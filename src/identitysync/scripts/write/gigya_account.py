"""``datasource.write.gigya.account``: change accounts of a Gigya site."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from identitysync.contract import Example, Finding, RecordWriter, Rejected, Services, param, script
from identitysync.errors import AuthenticationFailed, GigyaError, InvalidParameter
from identitysync.gigya import GigyaClient, SiteParams, run_bounded
from identitysync.values import Record
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
class WriteGigyaAccounts(SiteParams, RecordWriter):
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
        site = script.site_for(services.site)
        self._client = GigyaClient(site, self._http, services.clock, private_key=script.private_key)
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
        except InvalidParameter as fault:  # such as half a character, which no request can carry
            return Rejected(record, str(fault), "cannot-be-sent")
        except GigyaError as fault:
            return Rejected(record, fault.details or fault.message, str(fault.code), error=_details(fault))
        return record


def _details(fault: GigyaError) -> dict[str, Any]:
    return {"errorCode": fault.code, "errorMessage": fault.details or fault.message, "callId": fault.call_id}
