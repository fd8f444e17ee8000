"""A client of Gigya's REST API (SAP Customer Data Cloud), usable alone."""

from identitysync.gigya.client import GigyaClient
from identitysync.gigya.connection import Connection, RecordCalls
from identitysync.gigya.cursors import pages, search
from identitysync.gigya.data_centers import endpoint
from identitysync.gigya.reading import read_parts, read_records
from identitysync.gigya.sites import SiteParams
from identitysync.gigya.writing import call_for, check_connections, user_of, write_record

__all__ = [
    "Connection",
    "GigyaClient",
    "RecordCalls",
    "SiteParams",
    "call_for",
    "check_connections",
    "endpoint",
    "pages",
    "read_parts",
    "read_records",
    "search",
    "user_of",
    "write_record",
]
