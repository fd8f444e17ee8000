"""Every remote keeps the laws of all remotes."""

import pytest

from identitysync.testing.remotes import FILE_LAWS, LAWS, check_remote
from identitysync.testing.remotes.file_laws import (
    a_newer_file_replaces_an_older_one,
    nothing_is_seen_before_it_is_published,
)
from identitysync.testing.remotes.ground import BrokenLaw, Ground


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("ground", ["embedded", "sshd", "ftp", "ftps", "vsftpd", "s3", "azure", "gcs"], indirect=True)
def test_a_server_keeps_the_laws(law, ground):
    law(ground)


@pytest.mark.parametrize("law", FILE_LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("ground", ["local", "memory"], indirect=True)
def test_a_folder_keeps_the_laws(law, ground):
    law(ground)


def test_the_laws_notice_a_remote_that_publishes_too_early(tmp_path):
    from identitysync.remotes.local import LocalFolder

    class NothingLeft:
        def publish(self):
            return ""

        def discard(self):
            pass

    class Hasty(LocalFolder):
        def stage(self, source, path):
            super().stage(source, path).publish()
            return NothingLeft()

    (tmp_path / "root").mkdir()
    (tmp_path / "scratch").mkdir()
    ground = Ground(lambda: Hasty(tmp_path / "root"), tmp_path / "scratch")
    with pytest.raises(BrokenLaw, match="staging touched the older file"):
        a_newer_file_replaces_an_older_one(ground)
    with pytest.raises(BrokenLaw, match="before it is published"):
        nothing_is_seen_before_it_is_published(ground)
    with pytest.raises(BrokenLaw):
        check_remote(ground)
