"""What holds for files when nothing goes wrong."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from identitysync.errors import RemoteNotFound, UnsafeName
from identitysync.testing.remotes.ground import Ground, expect, refusal

NASTY_NAMES: Final = (
    "plain.csv",
    "two  blanks.csv",
    " leading and trailing ",
    "-rf",
    "--help",
    'quo\'te "s" `x`',
    "$(echo x) ${HOME} %20 %s #1 &;|",
    "star*?[a-z]{b,c}.csv",
    "back\\slash.csv",
    "ünïcödé Ελλάδα 中文.csv",
    "e\u0301 and \u00e9",
    "emoji 🙂🏳️‍🌈.csv",
    ".hidden",
    "...",
    "~tilde",
    "ab:c=d,e.csv",
    "n" * 200,
    "中" * 66,
    "x.part",
    "CON",
)
"""Names that have broken programs before; each is at most 200 bytes long."""

UNSAFE_NAMES: Final = ("", ".", "..", "a\0b", "a\nb", "a\r", "x" * 256, "\udcff.csv")
"""Names that must not be written, wherever they stand in a path."""


def nasty_names_survive(ground: Ground) -> None:
    """Each nasty name can be written, listed, read and removed; where it cannot, it is refused and not changed."""
    fit = [name for name in NASTY_NAMES if name not in ground.unfit]
    with ground.open() as remote:
        for name in ground.unfit:
            with refusal(UnsafeName):
                ground.stage(remote, name, b"x")
        for name in fit:
            ground.put(remote, name, name.encode())
        found = ground.names(remote)
        expect(found == set(fit), f"the listing differs by {found ^ set(fit)}")
        for entry in remote.list(ground.folder):
            expect(ground.get(remote, entry.name) == entry.name.encode(), f"{entry.name!r} holds something else")
            remote.delete(entry.path)
        expect(ground.names(remote) == set(), "not all files were removed")


def unsafe_names_are_refused(ground: Ground) -> None:
    """A name that leads outside, or is none, is refused before anything is written."""
    with ground.open() as remote:
        remote.make_folders(ground.path("empty"))
        for name in UNSAFE_NAMES:
            with refusal(UnsafeName):
                ground.stage(remote, f"empty/{name}", b"x")
        expect(ground.names(remote, "empty") == set(), "something was written")
        expect(ground.names(remote) == set(), "something was written outside")


def an_empty_file_arrives(ground: Ground) -> None:
    """A file without bytes is a file."""
    with ground.open() as remote:
        ground.put(remote, "empty", b"")
        expect(ground.get(remote, "empty") == b"", "it is not empty")
        expect([entry.size for entry in remote.list(ground.folder)] == [0], "its size is not told as 0")


def a_large_file_arrives(ground: Ground) -> None:
    """A large file comes back as it went, whatever the blocks."""
    content = random.Random(20).randbytes(ground.large + 12_345)  # noqa: S311 - bytes that do not compress, no secret
    with ground.open() as remote:
        ground.put(remote, "large", content)
        expect(ground.get(remote, "large") == content, "it came back otherwise")


def sizes_around_blocks_arrive(ground: Ground) -> None:
    """Files of just more or less than a block come back as they went."""
    with ground.open() as remote:
        for size in (1, 32_767, 32_768, 32_769, 262_143, 262_144, 262_145, 1_048_577):
            content = bytes(range(251)) * (size // 251 + 1)
            ground.put(remote, "block", content[:size])
            expect(ground.get(remote, "block") == content[:size], f"{size} bytes came back otherwise")


def a_newer_file_replaces_an_older_one(ground: Ground) -> None:
    """Publishing over a file replaces it, also by a shorter one, and leaves nothing else behind."""
    with ground.open() as remote:
        ground.put(remote, "file", b"a longer older one")
        staged = ground.stage(remote, "file", b"newer")
        expect(ground.get(remote, "file") == b"a longer older one", "staging touched the older file")
        staged.publish()
        expect(ground.get(remote, "file") == b"newer", "the older file is still there")
        expect(ground.names(remote) == {"file"}, "something else is there, too")


def nothing_is_seen_before_it_is_published(ground: Ground) -> None:
    """A staged file has no final name, and several can wait for theirs."""
    with ground.open() as remote:
        first, second = ground.stage(remote, "first", b"1"), ground.stage(remote, "second", b"2")
        with ground.open() as other:
            expect(not ground.names(other) & {"first", "second"}, "it is seen before it is published")
        second.publish()
        first.publish()
        expect(ground.names(remote) == {"first", "second"}, "they are not there, or not alone")


def discarding_leaves_nothing(ground: Ground) -> None:
    """A discarded file is gone, under whatever name it was there; discarding twice is no fault."""
    with ground.open() as remote:
        ground.put(remote, "other", b"stays")
        staged = ground.stage(remote, "file", b"x" * 100_000)
        staged.discard()
        staged.discard()
        expect(ground.names(remote) == {"other"}, f"{ground.names(remote)} is there")


def sub_folders_are_made(ground: Ground) -> None:
    """A path with folders makes them; the listing of a folder holds its own files alone."""
    with ground.open() as remote:
        ground.put(remote, "top", b"1")
        ground.put(remote, "success/2026/x.json", b"2")
        ground.put(remote, "success/y.json", b"3")
        expect(ground.names(remote) == {"top"}, "files of sub-folders are listed")
        expect(ground.names(remote, "success") == {"y.json"}, "the sub-folder lists other files")
        expect(ground.get(remote, "success/2026/x.json") == b"2", "it came back otherwise")


def listings_tell_sizes_and_times(ground: Ground) -> None:
    """A listing tells size and time; the time is aware of its zone, and grows with each file."""
    with ground.open() as remote:
        for size in (3, 70_000):
            ground.put(remote, f"file-{size}", b"x" * size)
        entries = {entry.name: entry for entry in remote.list(ground.folder)}
        expect({name: entry.size for name, entry in entries.items()} == {"file-3": 3, "file-70000": 70_000}, "sizes")
        first, second = entries["file-3"].modified, entries["file-70000"].modified
        expect(first is not None and second is not None, "no time is told")
        if first is not None and second is not None:
            expect(first.utcoffset() == timedelta(0), "the time is not in UTC")
            expect(timedelta(0) <= second - first < timedelta(minutes=5), "the times are not those of the uploads")


def what_is_missing_is_said_to_be(ground: Ground) -> None:
    """Reading, removing and listing what is not there raises ``RemoteNotFound``."""
    with ground.open() as remote:
        ground.put(remote, "there", b"")
        for work in (
            lambda: ground.get(remote, "missing"),
            lambda: remote.delete(ground.path("missing")),
            lambda: remote.list(ground.path("missing-folder")),
        ):
            with refusal(RemoteNotFound):
                work()


def a_moved_file_is_in_its_new_place_alone(ground: Ground) -> None:
    """Moving makes the folders, keeps the bytes, replaces what is there, and leaves nothing behind."""
    with ground.open() as remote:
        for content in (b"first", b"second, longer"):
            ground.put(remote, "in/file [1].csv", content)
            (entry,) = remote.list(ground.path("in"))
            remote.move(entry, ground.path("done/2026/file [1].csv"))
            expect(ground.names(remote, "in") == set(), "it is still in its old place")
            expect(ground.get(remote, "done/2026/file [1].csv") == content, "it came otherwise")
        expect(ground.names(remote, "done/2026") == {"file [1].csv"}, "more is there than was moved")
        with refusal(RemoteNotFound):
            remote.move(entry, ground.path("done/again"))


def closing_twice_is_no_fault(ground: Ground) -> None:
    """A remote can be closed before it was used, and twice; used again, it opens again."""
    remote = ground.open()
    remote.close()
    ground.put(remote, "file", b"x")
    remote.close()
    expect(ground.get(remote, "file") == b"x", "it does not open again")
    remote.close()
    remote.close()


FILE_LAWS: Final[tuple[Callable[[Ground], None], ...]] = (
    nasty_names_survive,
    unsafe_names_are_refused,
    an_empty_file_arrives,
    a_large_file_arrives,
    sizes_around_blocks_arrive,
    a_newer_file_replaces_an_older_one,
    nothing_is_seen_before_it_is_published,
    discarding_leaves_nothing,
    sub_folders_are_made,
    listings_tell_sizes_and_times,
    what_is_missing_is_said_to_be,
    a_moved_file_is_in_its_new_place_alone,
    closing_twice_is_no_fault,
)
