"""The spool: a private folder for the files of one run, which goes away with it."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from identitysync.errors import LocalStorageError

_FULL: Final = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class RunSpool:
    """Give out private files; the folder is 0700, the files are 0600."""

    def __init__(self) -> None:
        with storage_errors("the spool"):
            self._folder = Path(tempfile.mkdtemp(prefix="identitysync-"))
        self._numbers = count(1)

    def path(self) -> Path:
        """Make a new empty file in the spool, and give its path."""
        path = self._folder / f"{next(self._numbers):06d}"
        with storage_errors(str(path)):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return path

    def drop(self, path: object) -> None:
        """Remove a file that nobody needs any more, if it belongs to the spool."""
        if isinstance(path, Path) and path.parent == self._folder:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def storage_errors(place: str) -> Iterator[None]:
    """Turn what the operating system says of a full disk or missing permission into an error for people.

    Args:
        place: What was being written, for the message.

    Raises:
        LocalStorageError: The disk is full, or this machine refuses.
    """
    try:
        yield
    except OSError as fault:
        raise storage_error(fault, place) from fault


def storage_error(fault: OSError, place: str) -> LocalStorageError:
    """Say what an operating-system error means for people.

    Args:
        fault: The error.
        place: What was being written.

    Returns:
        The error to raise.
    """
    where = fault.filename or place
    if fault.errno in _FULL:
        folder = tempfile.gettempdir()
        hint = f"make room, or set TMPDIR to a folder with room (now {folder})"
        return LocalStorageError(f"the disk is full: {where} cannot be written; {hint}")
    return LocalStorageError(f"{where} cannot be read or written: {fault.strerror or fault}")
