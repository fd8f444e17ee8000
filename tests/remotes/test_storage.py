"""What this machine's disk says comes as an error for people."""

import errno
import io
from pathlib import Path

import pytest

from identitysync.errors import LocalStorageError
from identitysync.remotes.storage import LocalTarget, local_storage


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_with_its_path_and_a_hint():
    with (
        pytest.raises(LocalStorageError, match=r"cannot write /dev/full: No space left on device; make room"),
        open("/dev/full", "wb", buffering=0) as full,  # noqa: PTH123 - a device without a buffer
    ):
        LocalTarget(full).write(b"x")


@pytest.mark.parametrize(
    ("number", "hint"), [(errno.EACCES, "needs the right"), (errno.EDQUOT, "quota"), (errno.EIO, "trouble$")]
)
def test_each_kind_of_trouble_has_its_hint(number, hint):
    with pytest.raises(LocalStorageError, match=hint) as told, local_storage("write /x"):
        raise OSError(number, "trouble")
    assert str(told.value).startswith("cannot write /x: trouble")


def test_a_restart_forgets_what_arrived_and_keeps_what_was_there():
    stream = io.BytesIO(b"head:")
    stream.seek(0, io.SEEK_END)
    target = LocalTarget(stream)
    target.write(b"a long first attempt")
    target.restart()
    target.write(b"second")
    assert (stream.getvalue(), target.size) == (b"head:second", 6)
