"""A client of Acoustic Campaign (once IBM Watson Campaign Automation, once Silverpop Engage), usable alone.

Its XML API begins jobs, and files travel by SFTP. It follows Acoustic's pages, beginning with
https://developer.goacoustic.com/acoustic-campaign/reference/xml-api-overview
"""

from identitysync.platforms.silverpop.client import SilverpopClient
from identitysync.platforms.silverpop.exporting import Export, rows
from identitysync.platforms.silverpop.importing import Import, StagedImport
from identitysync.platforms.silverpop.login import SilverpopLogin
from identitysync.platforms.silverpop.transfers import Transfers

__all__ = [
    "Export",
    "Import",
    "SilverpopClient",
    "SilverpopLogin",
    "StagedImport",
    "Transfers",
    "rows",
]
