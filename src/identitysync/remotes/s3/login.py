"""Which bucket, and as whom: the parameters that both S3 scripts share."""

from identitysync.contract import entry, param
from identitysync.values import Secret


@entry
class S3Login:
    """Which bucket, and as whom."""

    bucket_name: str = param(doc="The bucket.", example="exports")
    access_key: Secret = param(doc="The id of the access key.", example="${env:AWS_ACCESS_KEY_ID}", secret=True)
    secret_key: Secret = param(doc="Its secret.", example="${env:AWS_SECRET_ACCESS_KEY}", secret=True)
    region: str = param(
        default="", doc="The bucket's region, where the service does not tell it by itself.", example="eu-central-1"
    )
    endpoint_url: str = param(
        default="", doc="The address of another service that speaks S3.", example="https://s3.example.com"
    )
