"""``acme.halves``: two records for one."""

from collections.abc import Iterator

from identitysync import Record, param, script


@script("acme.halves", summary="Give two records for one, each with half of a number.")
def halves(record: Record, *, field: str = param(doc="The number to halve.", example="points")) -> Iterator[Record]:
    """Give both halves."""
    for part in (1, 2):
        yield {**record, field: record[field] / 2, "part": part}
