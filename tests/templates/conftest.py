"""Servers that only some templates need."""

import pytest

from tests.remotes.ftp.servers import EmbeddedFtp
from tests.remotes.object_stores import azurite, bucket, container, gcs, gcs_bucket, s3

__all__ = ["azurite", "bucket", "container", "gcs", "gcs_bucket", "s3"]


@pytest.fixture
def ftp(tmp_path):
    """Start an FTP server."""
    with EmbeddedFtp(tmp_path / "ftp") as server:
        yield server
