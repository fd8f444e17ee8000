"""Contacts out: an export job, its file by SFTP, and what is in it."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from identitysync.errors import FormatError
from identitysync.platforms.silverpop.client import SilverpopClient
from identitysync.platforms.silverpop.transfers import Transfers
from identitysync.values import Record


class Export:
    """An export of a database, or of what was changed in it."""

    def __init__(self, client: SilverpopClient, transfers: Transfers) -> None:
        """Prepare; nothing is sent yet.

        Args:
            client: Calls the API.
            transfers: Where the file will be.
        """
        self._client, self._transfers = client, transfers

    def fetch(
        self,
        path: Path,
        columns: Sequence[str],
        changed: tuple[datetime, datetime] | None = None,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        """Export, and bring the file.

        Args:
            path: Where the file goes.
            columns: The columns; all when there is none.
            changed: The time in which contacts were changed; None for all. It is asked for in whole days, and one more
                at each end, because the API knows the clock of the organization only.
            check: Is called now and then, and may raise.
        """
        day = timedelta(days=1)
        days = None if changed is None else ((changed[0] - day).date(), (changed[1] + day).date())
        job, file = self._client.export_list(columns, days)
        self._client.ended(job, check)
        with path.open("wb") as target:
            self._transfers.fetch(file.lstrip("/"), target)


def rows(path: Path) -> Iterator[Record]:
    """Read an exported file: a record of each row below the header, with texts.

    Args:
        path: The file.

    Raises:
        FormatError: It is no CSV with a header of different names, or a row has another number of columns.
    """
    with path.open(encoding="utf-8-sig", newline="") as source:
        found = csv.reader(source)
        try:
            header = next(found, [])
            if any(first == second for first, second in pairwise(sorted(header))):
                raise FormatError(f"the header names a column twice: {header}", file="export", line=1)
            for row in found:
                if row:
                    yield dict(zip(header, row, strict=True))
        except (ValueError, csv.Error) as fault:
            raise FormatError(f"this is no row of the file: {fault}", file="export", line=found.line_num) from fault
