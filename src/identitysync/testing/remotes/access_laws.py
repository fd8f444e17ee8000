"""What holds when the door stays shut."""

from collections.abc import Callable
from typing import Final

from identitysync.errors import AuthenticationFailed, HostNotTrusted, RemoteUnavailable
from identitysync.remotes import Remote
from identitysync.testing.remotes.ground import Ground, refusal


def a_wrong_login_is_refused(ground: Ground) -> None:
    """A wrong password or key raises ``AuthenticationFailed``, for reading and for writing."""
    _refused(ground, ground.wrong_login, AuthenticationFailed)


def a_wrong_host_is_refused(ground: Ground) -> None:
    """A host that is not the right one raises ``HostNotTrusted``, before it learns anything."""
    _refused(ground, ground.wrong_host, HostNotTrusted)


def a_closed_port_is_said_to_be(ground: Ground) -> None:
    """Where nobody listens, ``RemoteUnavailable`` is raised."""
    _refused(ground, ground.nobody, RemoteUnavailable)


def _refused(ground: Ground, way: Callable[[], Remote] | None, kind: type[Exception]) -> None:
    if way is None:
        return
    with way() as remote:
        with refusal(kind):
            remote.list(ground.folder)
        with refusal(kind):
            ground.stage(remote, "file", b"x")


ACCESS_LAWS: Final[tuple[Callable[[Ground], None], ...]] = (
    a_wrong_login_is_refused,
    a_wrong_host_is_refused,
    a_closed_port_is_said_to_be,
)
