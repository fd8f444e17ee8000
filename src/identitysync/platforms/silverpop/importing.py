"""Contacts in: a file and its mapping by SFTP, an import job, and what the job says of the rows."""

import csv
import posixpath
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from identitysync.contract import Log, Spool, Staged
from identitysync.errors import FormatError, RemoteError, RemoteUnavailable
from identitysync.platforms.silverpop.client import Job, SilverpopClient
from identitysync.platforms.silverpop.login import SilverpopLogin
from identitysync.platforms.silverpop.mapping import Action, Layout, layout_of, mapping
from identitysync.platforms.silverpop.transfers import Transfers
from identitysync.platforms.subscription import wanted

_UPLOAD: Final = "upload"
_DOWNLOAD: Final = "download"
_NO: Final = (False, "opted out", "unsubscribed")
_SHOWN: Final = 20
_BAD: Final = ("BAD_ADDRESSES", "BAD_RECORDS", "DUPLICATES", "NOT_ALLOWED")


@attrs.frozen
class _Part:
    """One import: a file of contacts, its mapping, both complete on the server."""

    source: str
    map: str
    staged: tuple[Staged, ...]


@attrs.frozen
class StagedImport:
    """A file of contacts that is complete on the server, ready to be imported."""

    _client: SilverpopClient
    _transfers: Transfers
    _parts: Sequence[_Part]
    _log: Log
    _spool: Spool
    _check: Callable[[], object]

    def publish(self) -> str:
        """Name the files, import them one after the other, and tell of rows that were not taken."""
        addresses = []
        for part in self._parts:
            addresses.append(part.staged[0].publish())
            for each in part.staged[1:]:
                each.publish()
            try:
                job = self._client.ended(self._client.import_list(part.map, part.source), self._check)
            except BaseException as fault:
                if isinstance(fault, RemoteError) and not isinstance(fault, RemoteUnavailable):
                    self._remove(part)
                else:
                    self._log.error(f"{part.source} and {part.map} stay in {_UPLOAD}: an import may still need them")
                raise
            self._tell(part, job)
            self._remove(part)
        return addresses[0]

    def discard(self) -> None:
        """Remove the files."""
        for part in self._parts:
            for each in part.staged:
                each.discard()

    def _remove(self, part: _Part) -> None:
        for name in (part.source, part.map):
            with suppress(RemoteError):  # the job has ended; what stays behind does no harm
                self._transfers.delete(posixpath.join(_UPLOAD, name))

    def _tell(self, part: _Part, job: Job) -> None:
        added, updated = job.count("SQL_ADDED"), job.count("SQL_UPDATED")
        self._log.info(f"{part.source}: the job {job.id} has added {added} contacts and updated {updated}")
        bad = {name: job.count(name) for name in _BAD if job.count(name)}
        if not bad:
            return
        name = posixpath.basename(job.parameters.get("ERROR_FILE_NAME", ""))
        seen = f"; see {_DOWNLOAD}/{name}" if name else ", and does not say which"
        counts = ", ".join(f"{name.lower().replace('_', ' ')} {count}" for name, count in bad.items())
        self._log.error(f"{part.source}: the job {job.id} did not take all rows: {counts}{seen}")
        if not name:
            return
        path = self._spool.path()
        try:
            with path.open("wb") as target:
                self._transfers.fetch(posixpath.join(_DOWNLOAD, name), target)
        except RemoteError as fault:
            self._log.error(f"{part.source}: the file of errors cannot be had: {fault}")
            return
        with path.open(encoding="utf-8", errors="replace") as lines:
            for _, line in zip(range(_SHOWN), lines, strict=False):
                self._log.debug(f"{name}: {line.rstrip()}")


class Import:
    """Imports of files into one database."""

    def __init__(
        self,
        login: SilverpopLogin,
        client: SilverpopClient,
        transfers: Transfers,
        *,
        columns: Sequence[str],
        sync_fields: Sequence[str],
        newsletter_field: str,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            login: Names the database.
            client: Calls the API.
            transfers: Where files go.
            columns: The columns that are imported; all of a file when there is none.
            sync_fields: The columns by which contacts are found in a database that has no key.
            newsletter_field: A column that tells who wants mails; contacts that do not are opted out. Empty for none.
        """
        self._login, self._client, self._transfers = login, client, transfers
        self._columns, self._sync_fields, self._newsletter_field = columns, sync_fields, newsletter_field

    def stage(self, path: Path, name: str, log: Log, spool: Spool, check: Callable[[], object]) -> StagedImport:
        """Upload a file of contacts under a temporary name, with what is needed to import it.

        Args:
            path: The file.
            name: The name that it gets in ``upload``.
            log: Is told what came of it.
            spool: Gives room for files that go beside it.
            check: Is called now and then while a job is awaited, and may raise.

        Raises:
            FormatError: It is no file of contacts.
            RemoteError: It cannot be uploaded.
        """
        layout = layout_of(path, name)
        parts: list[_Part] = []
        try:
            parts.append(self._part(path, name, layout, Action.ADD_AND_UPDATE, spool))
            if self._newsletter_field:
                column = layout.column(self._newsletter_field, name)
                leaving = spool.path()
                count = _keep(path, leaving, layout, column, name)
                if count:
                    beside = f"{posixpath.splitext(name)[0]}_opt_out{posixpath.splitext(name)[1]}"
                    parts.append(self._part(leaving, beside, layout, Action.OPT_OUT, spool))
        except BaseException:
            StagedImport(self._client, self._transfers, parts, log, spool, check).discard()
            raise
        return StagedImport(self._client, self._transfers, parts, log, spool, check)

    def _part(self, path: Path, name: str, layout: Layout, action: Action, spool: Spool) -> _Part:
        keys = [layout.column(field, name) for field in self._sync_fields]
        included = [layout.column(column, name) for column in self._columns] or list(layout.columns)
        if action is Action.OPT_OUT:
            included = keys or included
        described = spool.path()
        text = mapping(
            self._login.list_id, action, layout, sync_fields=keys, included=list(dict.fromkeys([*keys, *included]))
        )
        described.write_text(text, "utf-8")
        map = f"{posixpath.splitext(name)[0]}_map.xml"
        source = self._transfers.stage(path, posixpath.join(_UPLOAD, name))
        try:
            return _Part(name, map, (source, self._transfers.stage(described, posixpath.join(_UPLOAD, map))))
        except BaseException:
            source.discard()
            raise


def _keep(path: Path, target: Path, layout: Layout, column: str, file: str) -> int:
    """Copy the rows of those who want no mails, and count them."""
    place, count = list(layout.columns).index(column), 0
    with (
        path.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        rows = csv.reader(source, delimiter=layout.separator)
        written = csv.writer(out, delimiter=layout.separator, lineterminator="\n")
        try:
            written.writerow(next(rows))
            for row in rows:
                if len(row) > place and wanted(row[place]) in _NO:
                    written.writerow(row)
                    count += 1
        except (csv.Error, UnicodeDecodeError) as fault:
            raise FormatError(f"this is no row of the file: {fault}", file=file, line=rows.line_num) from fault
    return count
