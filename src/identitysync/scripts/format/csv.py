"""The CSV that platforms import: commas, UTF-8, a header, and records made ready for the platform first."""

from collections.abc import Callable, Sequence

from identitysync.scripts.format.charset import Charset
from identitysync.scripts.format.dsv_dialect import Dialect
from identitysync.scripts.format.dsv_rows import DsvEncoder
from identitysync.values import FieldPath, Record


class CsvEncoder(DsvEncoder):
    """Encode records as RFC 4180 says, after each of them was made ready."""

    def __init__(self, columns: Sequence[FieldPath], ready: Callable[[Record], Record]) -> None:
        """Begin a file.

        Args:
            columns: The columns; when there are none, they are found out.
            ready: Makes of each record the flat one that is written, and leaves it alone; raises ``RecordRejected``.
        """
        super().__init__(Dialect(","), Charset.of("UTF-8"), columns, header=True)
        self._flat = ready

    def encode(self, records: Sequence[Record]) -> bytes:
        """Encode a batch."""
        # columns that are found out are those of flat records; given ones are looked up in whatever comes
        return super().encode([self._flat(record) for record in records] if self._paths else records)
