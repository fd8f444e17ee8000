"""A client of Salesforce: login by SOAP or OAuth 2.0, jobs of the Bulk API 2.0 that write and query."""

from identitysync.platforms.salesforce.jobs import Jobs
from identitysync.platforms.salesforce.org import SalesforceParams, salesforce_api
from identitysync.platforms.salesforce.queries import check_fields, pages, soql
from identitysync.platforms.salesforce.upserts import Upserts

__all__ = ["Jobs", "SalesforceParams", "Upserts", "check_fields", "pages", "salesforce_api", "soql"]
