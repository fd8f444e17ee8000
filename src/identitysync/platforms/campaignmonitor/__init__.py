"""A client of Campaign Monitor's API 3.3: the subscribers of a list.

It follows https://www.campaignmonitor.com/api/v3-3/subscribers/, .../v3-3/lists/ and .../v3-3/getting-started/.
"""

from identitysync.platforms.campaignmonitor.client import BATCH, PAGE, STATES, CampaignMonitorClient
from identitysync.platforms.campaignmonitor.lists import SubscriberList
from identitysync.platforms.campaignmonitor.records import record_of
from identitysync.platforms.campaignmonitor.subscribers import CONSENTS
from identitysync.platforms.campaignmonitor.writing import SubscriberWriter, Wishes

__all__ = [
    "BATCH",
    "CONSENTS",
    "PAGE",
    "STATES",
    "CampaignMonitorClient",
    "SubscriberList",
    "SubscriberWriter",
    "Wishes",
    "record_of",
]
