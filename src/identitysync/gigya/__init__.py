"""A client of Gigya's REST API (SAP Customer Data Cloud), usable alone."""

from identitysync.gigya.client import GigyaClient
from identitysync.gigya.cursors import pages, search
from identitysync.gigya.data_centers import endpoint
from identitysync.gigya.parallel import run_bounded
from identitysync.gigya.sites import SiteParams

__all__ = ["GigyaClient", "SiteParams", "endpoint", "pages", "run_bounded", "search"]
