"""``datasource.write.bluekai``: what is known of users, for BlueKai (Oracle Data Cloud)."""

import re
from collections.abc import Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.platforms import BatchCalls, PlatformConnection
from identitysync.platforms.bluekai import DOMAIN, VERSION, BlueKaiClient, check_connections, user_calls
from identitysync.values import FieldPath, Record, Secret


def check_domain(text: str) -> None:
    """Refuse what is no web address."""
    if not re.match(r"https?://[^/]", text, re.IGNORECASE):
        raise InvalidParameter(f"the address of BlueKai's API begins with https://, as {DOMAIN} does; found {text!r}")


def check_version(text: str) -> None:
    """Refuse what is no version."""
    if not re.fullmatch(r"v[0-9]+(\.[0-9]+)*", text):
        raise InvalidParameter(f"a version of BlueKai's API is written as {VERSION}; found {text!r}")


@script(
    "datasource.write.bluekai",
    summary="Send what is known of users to BlueKai (Oracle Data Cloud).",
    examples=(
        Example(
            "users by their UID",
            {
                "siteId": 12345,
                "bkuid": "WEB_SERVICE_USER_KEY",
                "secretKey": "${env:BLUEKAI_KEY}",
                "uniqueIdField": "UID",
            },
        ),
        Example(
            "more calls at once",
            {
                "siteId": "12345",
                "bkuid": "WEB_SERVICE_USER_KEY",
                "secretKey": "${env:BLUEKAI_KEY}",
                "uniqueIdField": "id",
                "maxConnections": 50,
            },
        ),
    ),
)
class WriteBlueKai(RecordWriter):
    """Call BlueKai's User Data API for each record: the user's id, and all other fields as *phints*, `name=value`.

    Nested fields get names with dots, arrays give several phints; null, missing and empty values are not sent. The
    site's rules turn phints into categories. A user must have been made known by an ID swap; BlueKai's refusal of one
    rejects the record. Personal data such as addresses may not be sent.

    Calls carry a signature instead of the secret key. They do no harm when they are made twice; never are two of one
    user under way at once. No more than 1000 are made in a second, as BlueKai asks. When it cannot be reached or
    refuses the keys, the job fails.

    *Our choice*: a record without an id, or with nothing but an id, is rejected, and so is a name with `=` in it.
    Oracle has ended BlueKai in September 2024.
    """

    atomic = True
    batch_size = 10

    site_id: int = param(doc="The id of the site (container).", example=12345, text=True)
    bkuid: str = param(doc="The web service user key.", example="WEB_SERVICE_USER_KEY")
    secret_key: Secret = param(doc="The web service private key.", example="${env:BLUEKAI_KEY}", secret=True)
    unique_id_field: FieldPath = param(doc="The field that holds the user's id.", example="UID")
    domain: str = param(default=DOMAIN, doc="The API's address.", example=DOMAIN, check=check_domain)
    version: str = param(default=VERSION, doc="The API's version.", example=VERSION, check=check_version)
    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=50, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Write one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.write(records, services)

    def _calls(self, services: Services) -> BatchCalls:
        return user_calls(self._client, services, id_field=self.unique_id_field, connections=self.max_connections)

    def _client(self, connection: PlatformConnection) -> BlueKaiClient:
        return BlueKaiClient(
            connection.http,
            connection.clock,
            site_id=self.site_id,
            bkuid=self.bkuid,
            secret_key=self.secret_key,
            domain=self.domain,
            version=self.version,
        )
