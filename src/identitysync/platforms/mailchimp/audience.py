"""Which audience a script works on, and who it is there."""

import re
from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.mailchimp.client import MailchimpClient
from identitysync.values import Secret

_ADDRESS: Final = re.compile(r"https?://[^/\s]+(/3\.0)?/?", re.IGNORECASE)


def check_address(text: str) -> None:
    """Refuse what is no address of the API."""
    if not _ADDRESS.fullmatch(text.strip()):
        raise InvalidParameter(
            f"the address is such as https://us6.api.mailchimp.com/3.0/, where us6 is your data center; found {text!r}"
        )


@entry
class Audience:
    """The parameters that reader and writer share."""

    api_url: str = param(
        doc="The address of the API; it begins with your data center, which also ends the API key.",
        example="https://us6.api.mailchimp.com/3.0/",
        check=check_address,
    )
    api_key: Secret = param(doc="An API key of the account.", example="${env:MAILCHIMP_API_KEY}", secret=True)
    list_id: str = param(doc="The audience's id, as its settings show it.", example="a1b2c3d4e5")

    def client(self, connection: PlatformConnection) -> MailchimpClient:
        """Make a client of these parameters."""
        return MailchimpClient(self.api_url, self.api_key, connection.http, connection.clock)
