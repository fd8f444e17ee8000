"""What holds when the connection drops."""

import random
from collections.abc import Callable
from typing import Final

from identitysync.errors import RemoteUnavailable
from identitysync.testing.faults import Fault, Spoil, Toward
from identitysync.testing.remotes.ground import Ground, expect, refusal

_SIZE: Final = 1_500_000
_CONTENT: Final = random.Random(4).randbytes(_SIZE)  # noqa: S311 - bytes that do not compress, no secret
_DROPS: Final = (
    *((Spoil.RESET, place) for place in (0, 400, 3_000, _SIZE // 100, _SIZE // 2, _SIZE - 100_000)),
    (Spoil.CLOSE, 1_500),
    (Spoil.CLOSE, _SIZE // 2),
)
"""How and where connections drop: at once, in the greeting, near the login, and early, midway and late in the file."""

_FOR_EVER: Final = 20
"""More connections than anybody tries."""


def an_upload_survives_drops(ground: Ground) -> None:
    """Wherever one connection drops, the upload is done again, and complete; nothing else stays behind."""
    if ground.spoiled is None:
        return
    for spoil, place in _DROPS:
        with ground.spoiled((Fault(spoil, place),)) as remote:
            ground.put(remote, "file", _CONTENT)
            expect(ground.get(remote, "file") == _CONTENT, f"after a {spoil} at {place} it is not complete")
            expect(ground.names(remote) == {"file"}, f"after a {spoil} at {place} more is there")
            remote.delete(ground.path("file"))


def a_download_survives_drops(ground: Ground) -> None:
    """Wherever one connection drops, the download is done again from its start."""
    if ground.spoiled is None:
        return
    with ground.open() as remote:
        ground.put(remote, "file", _CONTENT)
    for spoil, place in _DROPS:
        with ground.spoiled((Fault(spoil, place, Toward.CLIENT),)) as remote:
            expect(ground.get(remote, "file") == _CONTENT, f"after a {spoil} at {place} it came otherwise")


def turned_bits_are_noticed(ground: Ground) -> None:
    """A bit that is turned on the way changes no file."""
    if ground.spoiled is None or not ground.protected:
        return
    for toward in Toward:
        with ground.spoiled((Fault(Spoil.FLIP, _SIZE // 2, toward),)) as remote:
            ground.put(remote, "file", _CONTENT)
            expect(ground.get(remote, "file") == _CONTENT, f"a bit toward the {toward} went unnoticed")


def what_cannot_be_uploaded_leaves_nothing(ground: Ground) -> None:
    """When all connections drop, the older file stays, and no half file is seen under the final name."""
    if ground.spoiled is None:
        return
    with ground.open() as remote:
        ground.put(remote, "file", b"older")
    for place in (0, _SIZE // 2, *(() if ground.resumes else (_SIZE - 100_000,))):
        with ground.spoiled((Fault(Spoil.RESET, place),) * _FOR_EVER) as remote, refusal(RemoteUnavailable):
            ground.put(remote, "file", _CONTENT)
        with ground.open() as remote:
            expect(ground.get(remote, "file") == b"older", f"after drops at {place} the older file has changed")
            for name in ground.names(remote) - {"file"}:
                expect(name != "file" and "file" in name, f"{name} is there")


def what_cannot_be_downloaded_is_said_to_be(ground: Ground) -> None:
    """When all connections drop, ``RemoteUnavailable`` is raised, after a few attempts."""
    if ground.spoiled is None:
        return
    with ground.open() as remote:
        ground.put(remote, "file", _CONTENT)
    faults = (Fault(Spoil.CLOSE, _SIZE // 2, Toward.CLIENT),) * _FOR_EVER
    with ground.spoiled(faults) as remote, refusal(RemoteUnavailable):
        ground.get(remote, "file")


DROP_LAWS: Final[tuple[Callable[[Ground], None], ...]] = (
    an_upload_survives_drops,
    a_download_survives_drops,
    turned_bits_are_noticed,
    what_cannot_be_uploaded_leaves_nothing,
    what_cannot_be_downloaded_is_said_to_be,
)
