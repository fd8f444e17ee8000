"""A client of Marketo's REST API (Adobe Marketo Engage), usable alone: leads in, by 300, and out, by bulk extracts.

It follows Adobe's pages on authentication, leads, bulk lead extract, error codes and limits:
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/rest-api
"""

from identitysync.platforms.marketo.client import MarketoClient
from identitysync.platforms.marketo.exports import Extract, spans
from identitysync.platforms.marketo.leads import check_connections, lead_calls
from identitysync.platforms.marketo.login import MarketoLogin

__all__ = ["Extract", "MarketoClient", "MarketoLogin", "check_connections", "lead_calls", "spans"]
