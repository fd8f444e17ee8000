"""Google Cloud Storage on gcsfs: uploads are resumable, and are seen once their last bytes have come."""

from identitysync.remotes.gcs.login import GcsLogin
from identitysync.remotes.gcs.remote import GcsRemote

__all__ = ["GcsLogin", "GcsRemote"]
