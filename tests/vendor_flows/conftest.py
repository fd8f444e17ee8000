"""The world of templates, for the vendor's own flows."""

from tests.templates.conftest import azurite, bucket, container, ftp, gcs, gcs_bucket, s3, world

__all__ = ["azurite", "bucket", "container", "ftp", "gcs", "gcs_bucket", "s3", "world"]
