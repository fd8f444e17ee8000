"""Which platforms ``identitysync emulator`` plays: a line for each."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Final

import attrs

from identitysync.contract.params import wire_name


@attrs.frozen
class Played:
    """How an emulator is started, and what a step must be told to find it.

    Attributes:
        emulator: Its name in ``identitysync.testing``.
        made_up: Keywords for which credentials are made up.
        shown: Parameters that steps must be told, beside ``url`` and the credentials, as the emulator's attributes are
            named; ``base_url=url`` where the attribute is named otherwise.
    """

    emulator: str
    made_up: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


_SFTP: Final = ("host=sftp.host", "port=sftp.port", "host_key_fingerprint=sftp.host_key_fingerprint")

PLAYED: Final[Mapping[str, Played]] = {
    "bluekai": Played("BlueKaiEmulator", ("bkuid", "secret_key"), ("site_id", "domain=url")),
    "campaignmonitor": Played("CampaignMonitorEmulator", shown=("api_url", "api_key", "list_id")),
    "constantcontact": Played(
        "ConstantContactEmulator", ("api_key", "client_secret", "refresh_token"), ("token_url", "list_id")
    ),
    "exacttarget": Played("MarketingCloudEmulator", ("client_id", "client_secret"), ("auth_url=url",)),
    "http": Played("HttpEmulator", ("token",)),
    "mailchimp": Played("MailchimpEmulator", shown=("api_url", "api_key", "list_id")),
    "marketo": Played("MarketoEmulator", ("client_id", "client_secret"), ("base_url=url",)),
    "salesforce": Played("SalesforceEmulator", ("username", "password", "token"), ("auth_endpoint",)),
    "silverpop": Played(
        "SilverpopEmulator",
        ("client_id", "client_secret", "refresh_token", "username", "password"),
        ("api_url=url", "list_id", *_SFTP),
    ),
}
"""The emulators by the names of their steps; ``http`` is for ``external.generic``."""


@contextmanager
def playing(name: str, port: int = 0) -> Iterator[dict[str, str]]:
    """Play a platform.

    Args:
        name: One of ``PLAYED``.
        port: The port; 0 for any that is free.

    Yields:
        What steps must be told, by the names of their parameters; ``url`` is the address.
    """
    from identitysync import testing

    played = PLAYED[name]
    made_up = {each: secrets.token_urlsafe(18) for each in played.made_up}
    make: Any = getattr(testing, played.emulator)
    with make(**made_up, port=port) as emulator:
        pairs = (each.partition("=") for each in played.shown)
        shown = {name: str(attrgetter(attribute or name)(emulator)) for name, _, attribute in pairs}
        told = {"url": emulator.url, **made_up, **shown}
        yield {wire_name(each): text for each, text in told.items()}
