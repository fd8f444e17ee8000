"""A run that shall stop does not wait for the pauses between two tries of a server that is away."""

from datetime import UTC, datetime

import pytest

from identitysync.contract import File
from identitysync.errors import Cancelled, RemoteUnavailable
from identitysync.scripts.read.ftp import ReadFtp
from identitysync.scripts.read.sftp import ReadSftp
from identitysync.scripts.write.ftp import WriteFtp
from identitysync.scripts.write.sftp import WriteSftp
from identitysync.values import Secret
from identitysync.world import FixedClock
from tests.platforms.services import PlainServices
from tests.world.loopback import closed_port

LOGIN = {"host": "127.0.0.1", "username": "me", "password": Secret("pw")}


class Stopping(PlainServices):
    """A run that is told to stop when it first pauses."""

    def check(self):
        """Stop."""
        if self.clock.slept:
            raise Cancelled("stop")


def listed(script, services, _):
    list(script(**LOGIN, port=closed_port()).files(services))


def written(script, services, path):
    path.write_bytes(b"x")
    script(**LOGIN, port=closed_port()).write(File("x", path), services)


@pytest.mark.parametrize(
    ("script", "use"), [(ReadSftp, listed), (ReadFtp, listed), (WriteSftp, written), (WriteFtp, written)]
)
def test_the_pauses_between_two_tries_end_with_the_run(script, use, tmp_path):
    services = Stopping(FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(RemoteUnavailable, match="tried 3 times"):
        use(script, services, tmp_path / "x")
    assert services.clock.monotonic() == pytest.approx(0.2)
