"""A client of BlueKai's User Data API (Oracle Data Cloud), usable alone: what is known of a user, one call for each.

It follows Oracle's pages "User Data API" and "Authenticating API calls", below
https://docs.oracle.com/en/cloud/saas/data-cloud/data-cloud-help-center/Developers/, and Oracle's sample program for the
order of what is signed.
"""

from identitysync.platforms.bluekai.client import DOMAIN, VERSION, BlueKaiClient
from identitysync.platforms.bluekai.hints import hints
from identitysync.platforms.bluekai.users import check_connections, user_calls

__all__ = ["DOMAIN", "VERSION", "BlueKaiClient", "check_connections", "hints", "user_calls"]
