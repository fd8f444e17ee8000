"""What opens an instance of Marketo: its address, and the credentials of a custom service."""

from typing import Final

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.values import Secret

_PARTS: Final = ("/rest", "/identity", "/bulk")


def check_address(text: str) -> None:
    """Refuse what is no web address."""
    if text and not text.strip().lower().startswith(("https://", "http://")):
        raise InvalidParameter(
            f"the address of Marketo begins with https://, such as https://123-ABC-456.mktorest.com; found {text!r}"
        )


@entry
class MarketoLogin:
    """The parameters that reader and writer share."""

    base_url: str = param(
        doc="The address of the instance, as *Admin > Integration > Web Services* shows it, with or without its "
        "`/rest` or `/identity`.",
        example="https://123-ABC-456.mktorest.com", check=check_address,
    )  # fmt: skip
    client_id: str = param(
        doc="The client id of the custom service in *Admin > Integration > LaunchPoint*.",
        example="11111111-2222-3333-4444-555555555555",
    )  # fmt: skip
    client_secret: Secret = param(doc="Its client secret.", example="${env:MARKETO_CLIENT_SECRET}", secret=True)

    @property
    def root(self) -> str:
        """The address below which the paths of all APIs are."""
        text = self.base_url.strip().rstrip("/")
        for part in _PARTS:
            text = text.removesuffix(part)
        return text.rstrip("/")
