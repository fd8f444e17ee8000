"""The world that flows are run in: servers that start when a flow needs them."""

from contextlib import closing

import pytest

from identitysync.testing import GigyaEmulator, SftpServer, generate_accounts
from tests.remotes.ftp.servers import EmbeddedFtp
from tests.remotes.object_stores import azurite, bucket, container, gcs, gcs_bucket, s3
from tests.templates.buckets import Buckets
from tests.templates.ends import Ends
from tests.templates.world import SECRET, World

__all__ = ["azurite", "bucket", "container", "gcs", "gcs_bucket", "s3"]

COUNT = 120
DELETION = {"@timestamp": "2026-01-01T00:00:00.000Z", "endpoint": "accounts.deleteAccount"}


@pytest.fixture
def ftp(tmp_path):
    """Start an FTP server."""
    with EmbeddedFtp(tmp_path / "ftp") as server:
        yield server


@pytest.fixture
def world(tmp_path, request):
    accounts = list(generate_accounts(COUNT))
    with (
        SftpServer(tmp_path / "sftp", {"demo": "demo-password"}) as sftp,
        GigyaEmulator("3_a", "AKa", SECRET, accounts) as gigya,
    ):
        other = gigya.add_site("3_b", list(generate_accounts(COUNT // 2)))
        gigya.site.add_comments({"ID": f"c{n}", "commentText": "Łódź", "timestamp": n} for n in range(COUNT))
        gigya.site.add_audit({**DELETION, "callID": f"a{n}", "uid": f"u{n}"} for n in range(COUNT))
        gigya.site.set_achievements(accounts[0]["UID"], [{"challengeID": "c", "pointsTotal": 3}])

        def ftp():
            return request.getfixturevalue("ftp")

        with closing(Ends()) as ends, closing(Buckets(request.getfixturevalue)) as buckets:
            yield World(gigya, other, sftp, tmp_path / "files", ftp, buckets, ends)
