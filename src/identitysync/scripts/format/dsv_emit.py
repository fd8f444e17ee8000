"""Rows of delimiter-separated values, written by a function that knows its fields: one join for each row."""

from collections.abc import Sequence
from typing import Any

from identitysync.contract import Cells, Fields, Layout, Rows, Unfit, Value
from identitysync.native import kernel
from identitysync.scripts.format.charset import Charset
from identitysync.scripts.format.dsv_dialect import Dialect
from identitysync.scripts.format.dsv_rows import DsvEncoder, cell
from identitysync.values import FieldPath


def emit_rows(fields: Fields, layout: Layout, dialect: Dialect, charset: Charset, paths: Sequence[FieldPath]) -> Rows:
    """Say how a record becomes a row.

    Args:
        fields: The record.
        layout: The columns that are known already, when they are not given.
        dialect: How rows are written.
        charset: How text is written.
        paths: The columns, when they are given.

    Returns:
        The rows.
    """
    encoder = DsvEncoder(dialect, charset, paths, header=False)
    values = _values(fields, layout, paths, encoder)
    cells = ", ".join(_cell(fields, value) for value in values)
    quote = dialect.quote if dialect.quote_all else ""
    join = fields.constant(f"{quote}{dialect.separator}{quote}".join)
    row = fields.computed(f"{join}(({cells},))").source
    again = f"{fields.constant(encoder.line)}([{cells}])"
    return Rows(
        f"{row} if {_is_plain(fields, row, len(values), dialect)} else {again}",
        encoder.row,
        encoder.block,
        encoder.layout(),
    )


def emit_cells(fields: Fields, layout: Layout, dialect: Dialect, charset: Charset, paths: Sequence[FieldPath]) -> Cells:
    """Say which cells a record becomes; as ``emit_rows``."""
    native = kernel()
    if native is None:
        raise Unfit("there is no native kernel")
    if charset.name != "utf-8" or dialect.escape or not (dialect.quote + dialect.separator[0]).isascii():
        raise Unfit("the native kernel writes UTF-8, ASCII signs, and quotes doubled")
    encoder = DsvEncoder(dialect, charset, paths, header=False)
    missing = Value("None", frozenset({"null"}))
    signs = dialect.separator.encode(), dialect.quote.encode(), dialect.line_end.encode(), dialect.quote_all

    def block(table: Any, sources: list[Any], order: list[Any]) -> bytes:
        made: bytes = native.write_dsv(table, sources, order, *signs, cell)
        return made

    values = [value or missing for value in _values(fields, layout, paths, encoder)]
    return Cells(values, block, lambda record: encoder.block([encoder.row(record)]), encoder.layout())


def _values(fields: Fields, layout: Layout, paths: Sequence[FieldPath], encoder: DsvEncoder) -> Sequence[Value | None]:
    """Give the value for each column, None for one that no record has."""
    if paths:
        values = [fields.get(path) for path in paths]
    else:
        found = dict(fields.columns(layout))
        names = tuple(dict.fromkeys([*layout, *found]))
        encoder.adopt(names)
        values = [found.get(name) for name in names]
    if not values:
        raise Unfit("the file has no columns")
    return values


def _cell(fields: Fields, value: Value | None) -> str:
    """Give the source of a cell's text."""
    empty = fields.constant("")
    if value is None:
        return empty
    source, kinds = value.source, value.kinds
    if kinds == {"str"} and not value.maybe:
        return source
    if kinds <= {"str", "null"}:  # null, missing, and the empty text are the same cell
        return f"{source} or {empty}"
    yes, no = fields.constant("true"), fields.constant("false")
    if kinds == {"bool"} and not value.maybe:
        return f"{yes} if {source} else {no}"
    if kinds == {"int"} and not value.maybe:
        return f"str({source})"
    if kinds <= {"int", "null"}:
        return f"str({source}) if {source}.__class__ is int else {empty}"
    other = f"{fields.constant(cell)}({source})"
    if "bool" in kinds:
        other = f"{yes} if {source} is True else {no} if {source} is False else {other}"
    return f"{source} if {source}.__class__ is str else {other}"


def _is_plain(fields: Fields, row: str, width: int, dialect: Dialect) -> str:
    """Give the source of a test: whether the row needs no more quoting than it has."""
    tests = []
    quote = fields.constant(dialect.quote)
    if dialect.escape:
        tests.append(f"{fields.constant(dialect.escape)} not in {row}")
    if dialect.quote_all:
        tests.append(f"{row}.count({quote}) == {2 * width - 2}")
        return " and ".join(tests)
    first = dialect.separator[0]
    count = f"{row}.count({fields.constant(first)}) == {(width - 1) * dialect.separator.count(first)}"
    tests += [
        f"{quote} not in {row}",
        f"{fields.constant(chr(10))} not in {row}",
        f"{fields.constant(chr(13))} not in {row}",
        count,
    ]
    if width == 1:
        tests.append(row)
    return " and ".join(tests)
