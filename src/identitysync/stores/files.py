"""The memory of delivered files, in a table of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from identitysync.contract import SourceFile
from identitysync.stores.database import Database

_AT_ONCE: Final = 500
"""Addresses in one question."""


class FileStore:
    """Remember delivered files, the latest one for each flow and address; it is a ``FileMemory``."""

    def __init__(self, base: Database) -> None:
        """Use a database whose tables are there."""
        self._base = base

    def known(self, flow: str, files: Sequence[SourceFile]) -> set[SourceFile]:
        """Give those of the files that the flow has delivered, as they are now."""
        remembered = set[SourceFile]()
        with self._base.reading() as tx:
            for start in range(0, len(files), _AT_ONCE):
                some = {f"a{number}": file.address for number, file in enumerate(files[start : start + _AT_ONCE])}
                names = ", ".join(f":{name}" for name in some)
                question = (
                    f"SELECT address, size, modified FROM delivered_file WHERE flow = :flow AND address IN ({names})"  # noqa: S608 - names alone vary
                )
                for address, size, modified in tx.all(question, {"flow": flow, **some}):
                    remembered.add(SourceFile(address, size, modified and datetime.fromisoformat(modified)))
        return remembered.intersection(files)

    def remember(self, flow: str, files: Sequence[SourceFile]) -> None:
        """Remember that the flow has delivered files, instead of what was at their addresses before."""
        with self._base.transaction() as tx:
            for file in files:
                tx.change(
                    """INSERT INTO delivered_file (flow, address, size, modified)
                       VALUES (:flow, :address, :size, :modified)
                       ON CONFLICT (flow, address) DO UPDATE SET size = excluded.size, modified = excluded.modified""",
                    {
                        "flow": flow, "address": file.address, "size": file.size,
                        "modified": file.modified and file.modified.isoformat(),
                    },
                )  # fmt: skip
