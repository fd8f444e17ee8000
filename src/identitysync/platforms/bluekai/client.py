"""The one call of the User Data API that brings data: signed, and made for one user."""

import base64
import hmac
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

from identitysync.contract import Clock
from identitysync.platforms.api import Api
from identitysync.platforms.meaning import by_status_and_json
from identitysync.platforms.pace import Pace
from identitysync.values import Secret
from identitysync.world import HttpClient

PLATFORM: Final = "BlueKai"
DOMAIN: Final = "https://api.tags.bluekai.com"
VERSION: Final = "v1.2"
_PER_SECOND: Final = 1000.0


class BlueKaiClient:
    """Call BlueKai for one site; safe to share between threads."""

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        site_id: int,
        bkuid: str,
        secret_key: Secret,
        domain: str = DOMAIN,
        version: str = VERSION,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            http: Sends the requests.
            clock: Tells and passes the time.
            site_id: The site, whose rules turn what is sent into categories.
            bkuid: The web service user key.
            secret_key: The web service private key.
            domain: The API's address.
            version: The API's version.
        """
        self._api = Api(PLATFORM, domain, http, clock, judge=by_status_and_json, pace=Pace(clock, _PER_SECOND))
        self._path = f"/getdata/{site_id}/{version}"
        self._signed_path = urlsplit(domain).path.rstrip("/") + self._path
        self._bkuid, self._key = bkuid, secret_key

    def send(self, user: str, hints: Sequence[tuple[str, str]]) -> Any:
        """Tell what is known of a user; once more does no harm.

        Args:
            user: The user's id, which an ID swap has made known before.
            hints: Names and values; a name may come several times.

        Returns:
            BlueKai's answer: the categories and campaigns that the user is in now.

        Raises:
            PlatformError: BlueKai refuses the call: it does not know the user, for one.
            AuthenticationFailed: It refuses the keys.
            RemoteUnavailable: It cannot be reached.
        """
        given = [("puserid", user), *(("phint", f"{name}={value}") for name, value in hints)]
        written = [(name, quote(value, safe="")) for name, value in given]
        values = "".join(value for _, value in written)  # as they stand in the query
        text = f"GET{self._signed_path}{values}"
        digest = hmac.digest(self._key.reveal().encode(), text.encode(), "sha256")
        signature = base64.b64encode(digest).decode()
        keys = [("bkuid", quote(self._bkuid, safe="")), ("bksig", quote(signature, safe=""))]
        query = "&".join(f"{name}={value}" for name, value in [*written, *keys])
        return self._api.call("GET", f"{self._path}?{query}", headers={"Accept": "application/json"}).json()
