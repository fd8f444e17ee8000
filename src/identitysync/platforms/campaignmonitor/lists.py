"""Which list a script works on, and who it is there."""

from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.campaignmonitor.client import CampaignMonitorClient
from identitysync.platforms.connection import PlatformConnection
from identitysync.values import Secret

_API: Final = "https://api.createsend.com/api/v3.3/"


def check_address(text: str) -> None:
    """Refuse what is no address."""
    if not text.strip().lower().startswith(("http://", "https://")):
        raise InvalidParameter(f"the address begins with https://, such as {_API}; found {text!r}")


@entry
class SubscriberList:
    """The parameters that reader and writer share."""

    api_key: Secret = param(
        doc="An API key of the account or client.", example="${env:CAMPAIGN_MONITOR_API_KEY}", secret=True
    )
    list_id: str = param(doc="The list's API id, as its settings show it.", example="a58ee1d3039b8bec838e6d1482a8a965")
    api_url: str = param(default=_API, doc="The address of the API.", example=_API, check=check_address)

    def client(self, connection: PlatformConnection) -> CampaignMonitorClient:
        """Make a client of these parameters."""
        return CampaignMonitorClient(self.api_url, self.api_key, connection.http, connection.clock)
