"""Answer a whole query from documents at hand."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from identitysync.languages.query.aggregating import group_documents, has_functions
from identitysync.languages.query.matching import Predicate, predicate
from identitysync.languages.query.ordering import sort_documents
from identitysync.languages.query.projecting import projection
from identitysync.languages.query.tree import Filter, Query
from identitysync.values import Record


def find_documents(query: Query, documents: Iterable[Record]) -> Iterator[Record]:
    """Find the documents that a query is about: WHERE and FILTER, nothing else.

    Args:
        query: The query; its table is the caller's affair.
        documents: All documents of the table.

    Returns:
        Whole documents that fit, in their order; an array with a FILTER is thinned out in a copy.

    Raises:
        QueryError: A regex takes too long.
    """
    found: Iterator[Record] = iter(documents)
    if query.where is not None:
        found = filter(predicate(query.where), found)
    if query.filter is not None:
        found = _filtered(query.filter, found)
    return found


def execute(query: Query, documents: Iterable[Record]) -> list[Record]:
    """Answer a query.

    Args:
        query: The query; its table is the caller's affair. Without a LIMIT everything is given.
        documents: All documents of the table.

    Returns:
        The rows.

    Raises:
        QueryError: A regex takes too long.
    """
    found: Iterable[Record] = find_documents(query, documents)
    start = query.start or 0
    stop = None if query.limit is None else start + query.limit
    if query.group_by or has_functions(query.select):
        rows = group_documents(query.group_by, query.select, found)
        return sort_documents(query.order_by, rows)[start:stop]
    if query.order_by:
        found = sort_documents(query.order_by, found)
    return list(map(projection(query.select), islice(found, start, stop)))


def _filtered(wanted: Filter, documents: Iterable[Record]) -> Iterator[Record]:
    test = predicate(wanted.condition)
    if wanted.path is None:
        return filter(test, documents)
    segments = wanted.path.segments
    return (_thinned(document, segments, test) for document in documents)


def _thinned(value: Any, segments: tuple[str, ...], test: Predicate) -> Any:
    if isinstance(value, list):
        if not segments:
            return [one for one in value if isinstance(one, dict) and test(one)]
        return [_thinned(one, segments, test) for one in value]
    if isinstance(value, dict) and segments and segments[0] in value:
        return value | {segments[0]: _thinned(value[segments[0]], segments[1:], test)}
    return value
