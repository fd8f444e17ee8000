"""A client of Salesforce Marketing Cloud, once ExactTarget: rows of data extensions, upserted asynchronously."""

from identitysync.platforms.marketing_cloud.tenant import MarketingCloudParams, marketing_cloud_api
from identitysync.platforms.marketing_cloud.upserts import RowUpserts

__all__ = ["MarketingCloudParams", "RowUpserts", "marketing_cloud_api"]
