"""Files that are complete behind a URL, and have no name yet."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol

import attrs

Speaking = Callable[[str], AbstractContextManager[None]]
"""Makes errors of a package behind fsspec ours; told what is done."""


class StagedUrl(Protocol):
    """A complete file that nobody sees under its name."""

    def publish(self) -> str:
        """Give it its final name, and tell the address for people."""
        ...

    def discard(self) -> None:
        """Remove it."""
        ...

    def give_up(self) -> None:
        """Remove it if that can be done; the upload has failed already, and its own error matters more."""
        ...


@attrs.frozen
class StagedRename:
    """A file beside its final name."""

    _files: Any
    _temporary: str
    _final: str
    _address: str
    _speaking: Speaking

    def publish(self) -> str:
        """Give it its final name, over what is there."""
        from fsspec.spec import AbstractFileSystem

        with self._speaking(f"write {self._address}"):
            if type(self._files).mv is AbstractFileSystem.mv:  # that one takes * and [ in names for patterns
                self._files.cp_file(self._temporary, self._final)
                self._files.rm_file(self._temporary)
                return self._address
            try:
                self._files.mv(self._temporary, self._final)
            except FileExistsError:
                self._files.rm_file(self._final)
                self._files.mv(self._temporary, self._final)
        return self._address

    def discard(self) -> None:
        """Remove it, if it is there."""
        with self._speaking(f"remove {self._temporary}"):
            if self._files.exists(self._temporary):
                self._files.rm_file(self._temporary)

    def give_up(self) -> None:
        """Remove it if that can be done."""
        with suppress(Exception):
            self.discard()


@attrs.frozen
class StagedCommit:
    """An upload that is complete, and not committed: the store shows nothing of it, and keeps the older object."""

    _upload: Any
    _address: str
    _speaking: Speaking

    def publish(self) -> str:
        """Commit it."""
        with self._speaking(f"write {self._address}"):
            self._upload.commit()
        return self._address

    def discard(self) -> None:
        """Tell the store to forget it."""
        with self._speaking(f"discard the upload of {self._address}"):
            self._upload.discard()

    def give_up(self) -> None:
        """Tell the store to forget it, if that can be done."""
        with suppress(Exception):
            self.discard()
