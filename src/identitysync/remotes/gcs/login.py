"""Which bucket, and as whom: the parameters that both Google Cloud Storage scripts share."""

from identitysync.contract import entry, param
from identitysync.values import Secret


@entry
class GcsLogin:
    """Which bucket, and as which service account."""

    bucket: str = param(doc="The bucket.", example="exports")
    project_id: str = param(doc="The project.", example="acme-data")
    client_email: str = param(doc="The service account.", example="idx@acme-data.iam.gserviceaccount.com")
    private_key: Secret = param(
        doc="Its private key (PEM, or base64 of that).", example="${file:~/gcs-key.pem}", secret=True
    )
    endpoint_url: str = param(
        default="",
        doc="The address of the service, where it is not the public one.",
        example="https://storage.acme-private.example",
    )
