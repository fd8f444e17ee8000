"""Campaign Monitor's API 3.3 on this machine, as its pages document it: the subscribers of one list."""

from identitysync.testing.campaignmonitor.emulator import CampaignMonitorEmulator

__all__ = ["CampaignMonitorEmulator"]
