"""Salesforce Marketing Cloud on this machine: tokens, and rows of data extensions."""

from identitysync.testing.marketing_cloud.emulator import MarketingCloudEmulator

__all__ = ["MarketingCloudEmulator"]
