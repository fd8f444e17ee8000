"""Salesforce on this machine: the SOAP login, jobs of the Bulk API 2.0, and what other clients want of the REST API."""

from identitysync.testing.salesforce.emulator import SalesforceEmulator

__all__ = ["SalesforceEmulator"]
