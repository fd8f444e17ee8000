"""Amazon S3, and what speaks like it, on s3fs: uploads have several parts, and are seen once they are completed."""

from identitysync.remotes.s3.login import S3Login
from identitysync.remotes.s3.remote import S3Remote

__all__ = ["S3Login", "S3Remote"]
