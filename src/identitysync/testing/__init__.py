"""The other ends of a dataflow, on this machine, and the laws of scripts and remotes. Part of the product.

Everything listens on the loopback interface, starts by itself and stops by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from identitysync.testing.bluekai import BlueKaiEmulator
    from identitysync.testing.campaignmonitor import CampaignMonitorEmulator
    from identitysync.testing.constantcontact import ConstantContactEmulator
    from identitysync.testing.faults import Fault, FaultProxy, Spoil, Toward
    from identitysync.testing.generic import HttpEmulator
    from identitysync.testing.gigya import EmulatedSite, Faults, GigyaEmulator
    from identitysync.testing.mailchimp import MailchimpEmulator
    from identitysync.testing.marketing_cloud import MarketingCloudEmulator
    from identitysync.testing.marketo import MarketoEmulator
    from identitysync.testing.people import generate_accounts
    from identitysync.testing.remotes import Ground, check_remote
    from identitysync.testing.salesforce import SalesforceEmulator
    from identitysync.testing.scripts import OtherEnd, check_script
    from identitysync.testing.sftp import SftpServer
    from identitysync.testing.silverpop import SilverpopEmulator

_PLACES = {
    "BlueKaiEmulator": "identitysync.testing.bluekai",
    "CampaignMonitorEmulator": "identitysync.testing.campaignmonitor",
    "ConstantContactEmulator": "identitysync.testing.constantcontact",
    "EmulatedSite": "identitysync.testing.gigya",
    "Fault": "identitysync.testing.faults",
    "FaultProxy": "identitysync.testing.faults",
    "Faults": "identitysync.testing.gigya",
    "GigyaEmulator": "identitysync.testing.gigya",
    "Ground": "identitysync.testing.remotes",
    "HttpEmulator": "identitysync.testing.generic",
    "MailchimpEmulator": "identitysync.testing.mailchimp",
    "MarketingCloudEmulator": "identitysync.testing.marketing_cloud",
    "SalesforceEmulator": "identitysync.testing.salesforce",
    "MarketoEmulator": "identitysync.testing.marketo",
    "OtherEnd": "identitysync.testing.scripts",
    "SftpServer": "identitysync.testing.sftp",
    "SilverpopEmulator": "identitysync.testing.silverpop",
    "Spoil": "identitysync.testing.faults",
    "Toward": "identitysync.testing.faults",
    "check_remote": "identitysync.testing.remotes",
    "check_script": "identitysync.testing.scripts",
    "generate_accounts": "identitysync.testing.people",
}

__all__ = [
    "BlueKaiEmulator",
    "CampaignMonitorEmulator",
    "ConstantContactEmulator",
    "EmulatedSite",
    "Fault",
    "FaultProxy",
    "Faults",
    "GigyaEmulator",
    "Ground",
    "HttpEmulator",
    "MailchimpEmulator",
    "MarketingCloudEmulator",
    "MarketoEmulator",
    "OtherEnd",
    "SalesforceEmulator",
    "SftpServer",
    "SilverpopEmulator",
    "Spoil",
    "Toward",
    "check_remote",
    "check_script",
    "generate_accounts",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
