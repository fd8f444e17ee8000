"""Rows of delimiter-separated values, written by a function that knows its fields: one text with holes for each row."""

from collections.abc import Sequence

from identitysync.contract import Fields, Layout, Rows, Unfit, Value
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
    if paths:
        values = [fields.get(path) for path in paths]
    else:
        found = dict(fields.columns(layout))
        names = tuple(dict.fromkeys([*layout, *found]))
        encoder.adopt(names)
        values = [found.get(name) for name in names]
    if not values:
        raise Unfit("the file has no columns")
    cells = [_cell(fields, value) for value in values]
    line = fields.constant(encoder.line)
    row = fields.computed(_text(fields, cells, dialect)).source
    again = f"{line}([{', '.join(f'str({cell})' for cell in cells)}])"
    return Rows(
        f"{row} if {_is_plain(fields, row, len(cells), dialect)} else {again}",
        encoder.row,
        encoder.block,
        encoder.layout(),
    )


def _cell(fields: Fields, value: Value | None) -> str:
    """Give the source of what a cell's text is made of: it is a text or a whole number."""
    empty = fields.constant("")
    if value is None:
        return empty
    source, kinds = value.source, value.kinds
    if kinds == {"str"} and not value.maybe:
        return source
    if kinds <= {"str", "null"}:
        return f"({source} if {source}.__class__ is str else {empty})"
    if kinds == {"bool"} and not value.maybe:
        return f"({fields.constant('true')} if {source} else {fields.constant('false')})"
    if kinds == {"int"} and not value.maybe:
        return source
    if kinds <= {"int", "null"}:
        return f"({source} if {source}.__class__ is int else {empty})"
    return f"({source} if {source}.__class__ is str else {fields.constant(cell)}({source}))"


def _text(fields: Fields, cells: Sequence[str], dialect: Dialect) -> str:
    """Give the source of a row as it is when no cell holds anything special."""
    quote = dialect.quote if dialect.quote_all else ""
    between = f"{quote}{dialect.separator}{quote}"
    if between == "{" or not all(
        ord(letter) < 127 and letter.isprintable() and letter not in "'\\{}" for letter in quote + between
    ):
        join = fields.constant(between.join)
        edge = fields.constant(quote)
        return f"{edge} + {join}([{', '.join(f'str({cell})' for cell in cells)}]) + {edge}"
    holes = between.join(f"{{{cell}}}" for cell in cells)
    return f"f'{quote}{holes}{quote}'"


def _is_plain(fields: Fields, row: str, width: int, dialect: Dialect) -> str:
    """Give the source of a test: whether the row needs no more quoting than it has."""
    tests = []
    quote = fields.constant(dialect.quote)
    if dialect.escape:
        tests.append(f"{fields.constant(dialect.escape)} not in {row}")
    if dialect.quote_all:
        tests.append(f"{row}.count({quote}) == {2 * width}")
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
