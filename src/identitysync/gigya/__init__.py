"""A client of Gigya's REST API (SAP Customer Data Cloud), usable alone."""

from identitysync.gigya.client import GigyaClient
from identitysync.gigya.cursors import search
from identitysync.gigya.parallel import run_bounded
from identitysync.gigya.sites import site_for

__all__ = ["GigyaClient", "run_bounded", "search", "site_for"]
