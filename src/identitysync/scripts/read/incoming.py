"""Bring the new files of a place into a run, and do with them as asked once they are delivered."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

from identitysync.contract import File, Services, SourceFile
from identitysync.errors import InvalidParameter, LocalStorageError, RemoteError, RemoteNotFound, RemoteUnavailable
from identitysync.remotes import Entry, Remote, safe_name
from identitysync.remotes.storage import CheckedTarget
from identitysync.scripts.read.matching import AfterDelivery, FileChoice, chosen


class Incoming:
    """The files of one place, on their way into one run; every file reader works by one."""

    def __init__(
        self,
        remote: Remote,
        choice: FileChoice,
        services: Services,
        *,
        place: str,
        listed: Callable[[], list[Entry]],
        local: Callable[[Entry], Path] | None = None,
        by_time: bool = False,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            remote: Where the files are.
            choice: Which of them, and what becomes of them.
            services: Those of the run.
            place: What is read, for the trace.
            listed: Lists what there is.
            local: Gives the path of a file that is read where it is; else files are fetched into the spool.
            by_time: Whether times tell when files arrived, so that they can be relied on where there is no memory.
        """
        self._remote, self._choice, self._services, self._place = remote, choice, services, place
        self._listed, self._local, self._by_time = listed, local, by_time
        self._given: dict[File, Entry] = {}
        self._now: Mapping[str, Entry] | None = None
        self._archived: set[str] | None = None
        self._unreachable: RemoteUnavailable | None = None

    def files(self, services: Services) -> Iterator[File]:
        """Give the new files that fit, in order, each complete."""
        fitting = chosen(self._not_archived(self._listed()), self._choice, services.log, self._place)
        for entry in self._mine(self._new(fitting)):
            path = self._local(entry) if self._local is not None else services.spool.path()
            if self._local is None:
                with CheckedTarget(path, services.check) as target:
                    self._remote.fetch(entry.path, target)
            file = File(entry.name if self._local is not None else safe_name(entry.name), path, entry.modified)
            self._given[file] = entry
            yield file

    def files_alone(self, services: Services) -> Iterator[File]:
        """Give the files, and let go at the end: for a script that is used without a run."""
        try:
            yield from self.files(services)
        finally:
            self.close()

    def settle(self, file: File, *, delivered: bool) -> None:
        """Remember a delivered file, and keep, delete or archive it.

        Raises:
            RemoteError: It was delivered, and cannot be deleted or moved.
        """
        entry = self._given.pop(file, None)
        if entry is None or not delivered:
            return
        if self._services.delivered is not None:
            self._services.delivered.add(self._source(entry))
        if self._choice.after_delivery == AfterDelivery.KEEP:
            return
        if self._unreachable is not None:  # one file has found that out already, and the others need not wait for it
            raise self._unreachable
        try:
            self._put_away(entry)
        except RemoteNotFound:
            self._services.log.info(f"{self._remote.address(entry.path)} has gone meanwhile")
        except (RemoteError, LocalStorageError) as fault:
            verb = "deleted" if self._choice.after_delivery == AfterDelivery.DELETE else "archived"
            message = f"{self._remote.address(entry.path)} was delivered and could not be {verb}: {fault}"
            told = type(fault)(message)
            if isinstance(told, RemoteUnavailable):
                self._unreachable = told
            raise told from fault

    def close(self) -> None:
        """Let go of the connection."""
        self._remote.close()

    def _mine(self, entries: list[Entry]) -> list[Entry]:
        """Leave out what came after an earlier attempt of the job had delivered: its files were made without it."""
        memory = self._services.delivered
        if memory is None:
            return entries
        mine = memory.claim([self._source(entry) for entry in entries])
        left = [entry for entry in entries if self._source(entry) in mine]
        if len(left) < len(entries):
            count = len(entries) - len(left)
            self._services.log.info(
                f"{count} of {len(entries)} files in {self._place} came after an earlier attempt had delivered; "
                "the next run reads them"
            )
        return left

    def _new(self, entries: list[Entry]) -> list[Entry]:
        """Leave out what earlier runs have delivered, and say what is read and why."""
        run, log, memory = self._services.run, self._services.log, self._services.delivered
        if not entries or run.full_extract:
            return entries
        if memory is None and self._by_time and run.since is not None:
            fresh = [entry for entry in entries if entry.modified is None or entry.modified >= run.since]
            log.info(f"{len(fresh)} of {len(entries)} files in {self._place} came since {_moment(run.since)}")
            return fresh
        if memory is None:
            log.info(f"all {len(entries)} files that fit in {self._place} are read: without a store none is remembered")
            return entries
        known = memory.known([self._source(entry) for entry in entries])
        fresh = [entry for entry in entries if self._source(entry) not in known]
        if known:
            log.info(f"{len(fresh)} of {len(entries)} files in {self._place} are new; the others were delivered before")
        return fresh

    def _not_archived(self, entries: list[Entry]) -> list[Entry]:
        """Leave out what lies in the archive, which may be below what is read."""
        if self._choice.after_delivery != AfterDelivery.ARCHIVE:
            return entries
        archive = f"{self._choice.archive_path.rstrip('/')}/"
        left = [entry for entry in entries if not entry.path.startswith(archive)]
        if entries and not left:
            raise InvalidParameter(f"archivePath {archive!r} is where files are read from; choose another folder")
        return left

    def _put_away(self, entry: Entry) -> None:
        if not self._unchanged(entry):
            return
        if self._choice.after_delivery == AfterDelivery.DELETE:
            self._remote.delete(entry.path)
        else:
            self._remote.move(entry, self._free_place(entry))

    def _unchanged(self, entry: Entry) -> bool:
        """Tell whether the file is still the one that was read: a newer one of its name must stay."""
        if self._now is None:
            self._now = {each.path: each for each in self._listed()}
        now = self._now.get(entry.path)
        if now is not None and (now.size, now.modified) == (entry.size, entry.modified):
            return True
        what = "has gone" if now is None else "has changed"
        self._services.log.info(f"{self._remote.address(entry.path)} {what} since it was read, and is left alone")
        return False

    def _free_place(self, entry: Entry) -> str:
        """Give a place in the archive that nobody has."""
        folder, name = self._choice.archive_path.rstrip("/"), PurePosixPath(safe_name(entry.name))
        if self._archived is None:
            try:
                self._archived = {each.name for each in self._remote.list(folder)}
            except RemoteNotFound:
                self._archived = set()
        moment = self._services.run.started.strftime("%Y%m%d%H%M%S")
        free, number = name.name, 1
        while free in self._archived:
            free = f"{name.stem}_{moment}{'' if number == 1 else f'_{number}'}{name.suffix}"
            number += 1
        self._archived.add(free)
        return f"{folder}/{free}"

    def _source(self, entry: Entry) -> SourceFile:
        return SourceFile(self._remote.address(entry.path), entry.size, entry.modified)


class _Store(Remote, Protocol):
    def find(self, prefix: str) -> list[Entry]: ...


def of_store(store: _Store, prefix: str, choice: FileChoice, services: Services) -> Incoming:
    """Give the files of a store of objects, whose times tell when they arrived.

    Args:
        store: The store.
        prefix: What the names of the objects begin with.
        choice: Which of them, and what becomes of them.
        services: Those of the run.

    Returns:
        The files.
    """
    place = store.address(prefix)
    return Incoming(store, choice, services, place=place, listed=lambda: store.find(prefix), by_time=True)


def of_folder(remote: Remote, folder: str, choice: FileChoice, services: Services) -> Incoming:
    """Give the files of one folder of a server.

    Args:
        remote: The server.
        folder: The folder.
        choice: Which of them, and what becomes of them.
        services: Those of the run.

    Returns:
        The files.
    """
    return Incoming(remote, choice, services, place=remote.address(folder), listed=lambda: remote.list(folder))


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
