"""Servers that files for platforms go to."""

from tests.remotes.conftest import sshd
from tests.remotes.object_stores import bucket, s3

__all__ = ["bucket", "s3", "sshd"]
