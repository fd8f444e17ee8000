"""Decode blocks of a DSV file whose header is known."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import attrs
from msgspec import UNSET

from identitysync.contract import Block, File, Rejected, Table
from identitysync.contract.blocks import Decoded, Seam
from identitysync.errors import FormatError
from identitysync.native import kernel
from identitysync.scripts.parse.charset import Charset, decoded
from identitysync.scripts.parse.cutting import blocks, count_of, quoted_line_end
from identitysync.scripts.parse.dsv_dialect import Dialect
from identitysync.scripts.parse.dsv_found import BadRow, Found, Header
from identitysync.scripts.parse.dsv_rows import MAX_ROW, Cutter
from identitysync.scripts.parse.dsv_types import inferred
from identitysync.values import Record


@attrs.frozen
class Rows:
    """The rows of a block.

    Attributes:
        rows: The fields of each row that fits the header.
        rejects: The others.
        rest: As in ``Decoded``.
        fault: As in ``Decoded``.
    """

    rows: list[list[str]]
    rejects: list[Rejected]
    rest: Block | None
    fault: FormatError | None


@attrs.frozen
class DsvDecoder:
    """Make records of the rows below a header.

    Attributes:
        dialect: How the file is written.
        charset: What it is written in.
        file: Its name.
        header: Its header, or None for a file without any row.
        infer_types: Whether cells are taken for what they stand for.
        add_filename: Whether records get the file's name.
    """

    dialect: Dialect
    charset: Charset
    file: str
    header: Header | None
    infer_types: bool
    add_filename: bool

    @property
    def names(self) -> list[str] | None:
        """The fields that every record has, when all of them are text."""
        if self.header is None or self.infer_types:
            return None
        return [*self.header.fields, "_fileName"] if self.add_filename else self.header.fields

    def decode(self, block: Block) -> Decoded:
        """Read the records of a block."""
        cut = self._cut(block)
        names = self.names
        if names is not None and not self.add_filename and set(map(type, cut.rows)) == {list}:
            rows: Any = cut.rows
            return Decoded([dict(zip(names, row)) for row in rows], cut.rest, cut.fault)  # noqa: B905 - as long, by the cutter
        return Decoded([self.made(row) for row in cut.rows], cut.rest, cut.fault)

    def made(self, row: Found) -> Record | Rejected:
        """Make a record of a row, or a reject of one that does not fit the header."""
        if isinstance(row, BadRow):
            return self._rejected(row)
        if self.header is None or isinstance(row, Header):
            raise TypeError(f"the header is known, and here is another: {row}")
        cells = row
        record = dict(zip(self.header.fields, map(inferred, cells) if self.infer_types else cells, strict=True))
        if self.add_filename:
            record["_fileName"] = self.file
        return record

    def rows(self, block: Block) -> Rows:
        """Read the rows of a block; only where ``names`` are known."""
        cut = self._cut(block)
        rows: list[list[str]] = cut.rows  # type: ignore[assignment]  # what is none is taken out below
        rejects = []
        if set(map(type, rows)) != {list}:
            rejects = [self._rejected(row) for row in cut.rows if isinstance(row, BadRow)]
            rows = [row for row in cut.rows if type(row) is list]
        if self.add_filename:
            for row in rows:
                row.append(self.file)
        return Rows(rows, rejects, cut.rest, cut.fault)

    def table(self, block: Block, shape: Any = None) -> Table | None:
        """Read the rows of a block natively; None when they are not so simple."""
        signs = self.dialect.separator, self.dialect.quote
        plain = self.charset.name == "utf-8" and not self.dialect.escape and len(signs[0]) == 1
        native = kernel()
        if not plain or not "".join(signs).isascii() or self.header is None or self.infer_types or self.add_filename:
            return None
        data = block.bytes()
        found = native and native.read_rows(data, len(self.header.fields), *map(str.encode, signs), block.last, UNSET)
        if found is None:
            return None
        used = found.used
        rest = None if used == len(data) else block.tail(len(data) - used, block.line + line_ends(data[:used]))
        return Table(found, rest)

    def _cut(self, block: Block) -> "_Cut":
        text, fault = text_of_block(block, self.charset, self.file)
        cutter = Cutter(self.dialect, self.file, line=block.line, width=len(self.header.fields) if self.header else -1)
        found: list[Found] = []
        rest: Block | None = None
        try:
            found = cutter.batch(text)
        except FormatError as raised:
            fault = raised
        row = cutter.open
        if row is not None and fault is None:
            if block.last:
                found += cutter.end()
            else:
                rest = block.tail(len(row.raw().encode(self.charset.name)), row.line)
        return _Cut(found, rest, fault)

    def _rejected(self, row: BadRow) -> Rejected:
        header = self.header.text if self.header else ""
        shown = {"_fileName": self.file, "_line": row.line, "_text": row.text, "_header": header}
        return Rejected(shown, f"{self.file}: line {row.line}: {row.reason}", "malformed-row")


@attrs.frozen
class _Cut:
    rows: list[Found]
    rest: Block | None
    fault: FormatError | None


def text_of_block(block: Block, charset: Charset, file: str) -> tuple[str, FormatError | None]:
    """Decode a block; where bytes are wrong, as far as its lines are right.

    Args:
        block: The block.
        charset: Its charset, which is plain.
        file: The file's name, for errors.

    Returns:
        Its text, and why it ends early.
    """
    data = block.bytes()
    try:
        return data.decode(charset.name), None
    except UnicodeDecodeError as fault:
        good = data[: data.rfind(b"\n", 0, fault.start) + 1]
        at = Charset(charset.name, block.offset)
        try:
            for _ in decoded(io.BytesIO(data), at, file, line=block.line):
                pass
        except FormatError as named:
            return good.decode(charset.name), named
        raise


def line_ends(data: bytes) -> int:
    """Count the line ends in bytes: line feeds, carriage returns, and both together once."""
    feeds = count_of(data, b"\n")
    return feeds + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else feeds


def find_header(
    stream: BinaryIO, file: File, charset: Charset, dialect: Dialect
) -> tuple[Header | BadRow | None, Iterator[Block]]:
    """Read the first row, and cut what is below it.

    Args:
        stream: The file, behind its byte-order mark.
        file: The same file.
        charset: Its charset, which is plain.
        dialect: How it is written.

    Returns:
        The header, None when there is no row; and the blocks below it.

    Raises:
        FormatError: The file cannot be read so far.
    """

    def complain(data: bytes, line: int) -> None:
        if len(data) > MAX_ROW and len(text := data.decode(charset.name, "replace")) > MAX_ROW:
            message = f"there is no line end within {MAX_ROW} characters behind {text[:40]!r}"
            raise FormatError(message, file=file.name, line=line)

    end_of = quoted_line_end(dialect.quote.encode(charset.name, "replace"))
    found = blocks(stream, file, charset.mark, 1, complain, line_ends, end_of)
    seam = Seam()
    for block in found:
        whole = seam.join(block)
        if whole is None:
            continue
        text, fault = text_of_block(whole, charset, file.name)
        cutter = Cutter(dialect, file.name)
        taken = 0
        for line in io.StringIO(text, newline=""):
            taken += len(line.encode(charset.name))
            for row in cutter.cut(line):
                if isinstance(row, Header | BadRow):
                    rest = whole.tail(whole.size - taken, 1 + line_ends(whole.bytes()[:taken]))
                    return row, _behind(rest, found)
        if fault is not None:
            raise fault
        if whole.last:
            return next(cutter.end(), None), iter(())
        seam.keep(whole)
    return None, iter(())


def _behind(rest: Block, found: Iterator[Block]) -> Iterator[Block]:
    if rest.size or rest.last:
        yield rest
    yield from found
