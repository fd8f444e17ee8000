"""What the laws need: ways to open the remote, well and badly, and a folder of this machine to work in."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

import attrs

from identitysync.contract import Staged
from identitysync.errors import RemoteNotFound
from identitysync.remotes import Remote
from identitysync.testing.faults import Fault

E = TypeVar("E", bound=BaseException)


class BrokenLaw(AssertionError):
    """A remote does not do what every remote must."""


@attrs.frozen
class Ground:
    """Open the remote, and look at what is there.

    Attributes:
        open: Opens the remote; the laws close it.
        scratch: An empty folder of this machine.
        folder: A folder of the remote that is empty, and that the laws may fill.
        spoiled: Opens the remote through a proxy with these faults, one for each connection; None where there is none.
        wrong_login: Opens it with a wrong password or key; None where nobody logs in.
        wrong_host: Opens it with the key or certificate of another host; None where there is none.
        nobody: Opens it at a port where nobody listens; None where there are no ports.
        large: Bytes of a large file.
        folders: Whether folders exist without files in them; False for object stores.
        protected: Whether a bit that is turned on the way can be noticed; False where nothing protects it, as in FTP.
        unfit: Nasty names that the place would change, and that it must refuse instead.
        resumes: Whether an upload goes on where it dropped, so that a late drop is no fault however often it comes.
    """

    open: Callable[[], Remote]
    scratch: Path
    folder: str = ""
    spoiled: Callable[[tuple[Fault | None, ...]], AbstractContextManager[Remote]] | None = None
    wrong_login: Callable[[], Remote] | None = None
    wrong_host: Callable[[], Remote] | None = None
    nobody: Callable[[], Remote] | None = None
    large: int = 20_000_000
    folders: bool = True
    protected: bool = True
    unfit: frozenset[str] = frozenset()
    resumes: bool = False
    _numbers: Iterator[int] = attrs.field(factory=lambda: count(1), repr=False, eq=False)

    def path(self, name: str) -> str:
        """Give the path of a file in the folder."""
        return f"{self.folder}/{name}" if self.folder else name

    def source(self, content: bytes) -> Path:
        """Make a file on this machine."""
        path = self.scratch / f"source-{next(self._numbers)}"
        path.write_bytes(content)
        return path

    def stage(self, remote: Remote, name: str, content: bytes) -> Staged:
        """Upload a file without naming it."""
        return remote.stage(self.source(content), self.path(name))

    def put(self, remote: Remote, name: str, content: bytes) -> None:
        """Upload a file and name it."""
        self.stage(remote, name, content).publish()

    def get(self, remote: Remote, name: str) -> bytes:
        """Read a file."""
        target = io.BytesIO()
        size = remote.fetch(self.path(name), target)
        expect(size == len(target.getvalue()), f"fetch says {size} bytes and gave {len(target.getvalue())}")
        return target.getvalue()

    def names(self, remote: Remote, folder: str = "") -> set[str]:
        """Give the names of all files of the folder, hidden ones too."""
        try:
            return {entry.name for entry in remote.list(self.path(folder) if folder else self.folder)}
        except RemoteNotFound:
            if self.folders:
                raise
            return set()


def expect(fact: bool, otherwise: str) -> None:
    """Raise unless something is so.

    Args:
        fact: What must be so.
        otherwise: What to say when it is not.

    Raises:
        BrokenLaw: It is not.
    """
    if not fact:
        raise BrokenLaw(otherwise)


@contextmanager
def refusal(kind: type[E]) -> Iterator[None]:
    """Expect an error.

    Args:
        kind: Its class.

    Raises:
        BrokenLaw: There was none.
    """
    try:
        yield
    except kind:
        return
    raise BrokenLaw(f"{kind.__name__} was to be raised")
