"""Functions over many documents, and groups of them.

``variance`` and ``std`` are those of the whole population. Values that are no numbers do not count. Without any number
a sum is 0, the least is ``infinity`` and the greatest ``-infinity``, as Gigya says; the rest is null.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from identitysync.languages.query.conditions import Path
from identitysync.languages.query.finding import finder, spread
from identitysync.languages.query.projecting import projection
from identitysync.languages.query.tree import Aggregate, Function, SelectItem
from identitysync.values import Record, json_bytes


def has_functions(select: Iterable[SelectItem]) -> bool:
    """Tell whether a query asks for functions over its documents."""
    return any(isinstance(item, Aggregate) for item in select)


def aggregate(select: Sequence[SelectItem], documents: Iterable[Record]) -> Record:
    """Work out the functions of a query over documents.

    Args:
        select: The selected items; fields among them are taken from the first document.
        documents: The documents, taken once.

    Returns:
        One row: ``{"count(*)": 3, "avg(profile.age)": 41.5}``, or the aliases as keys.
    """
    wanted = [item for item in select if isinstance(item, Aggregate)]
    found: dict[Path, list[int | float]] = {item.path: [] for item in wanted if item.path}
    finders = [(numbers, finder(path)) for path, numbers in found.items()]
    count = 0
    row: Record = {}
    for document in documents:
        if count == 0:
            row = projection(select)(document)
        count += 1
        for numbers, find in finders:
            numbers += [value for value in spread(find(document)) if type(value) is int or type(value) is float]
    for item in wanted:
        row[item.name] = count if item.path is None else _measure(item.function, found[item.path])
    return row


def group_documents(
    group_by: Sequence[Path], select: Sequence[SelectItem], documents: Iterable[Record]
) -> list[Record]:
    """Make one row of all documents that are equal in some fields.

    Args:
        group_by: The fields; missing counts as null, and none at all makes one group of everything.
        select: The selected items; fields among them are taken from the first document of the group.
        documents: The documents.

    Returns:
        The rows, in the order in which the groups were first seen.
    """
    if not group_by:
        return [aggregate(select, documents)]
    finders = [finder(path) for path in group_by]
    groups: dict[bytes, list[Record]] = {}
    for document in documents:
        key = json_bytes([[value for value in find(document) if value is not None] for find in finders])
        groups.setdefault(key, []).append(document)
    return [aggregate(select, group) for group in groups.values()]


def _measure(function: Function, numbers: list[int | float]) -> Any:
    try:
        return _measured(function, numbers)
    except OverflowError:  # numbers beyond a double
        return None


def _measured(function: Function, numbers: list[int | float]) -> Any:
    match function:
        case Function.SUM:
            return _sum(numbers)
        case Function.SUM_OF_SQUARES:
            return _sum([number * number for number in numbers])
        case Function.MIN:
            return min(numbers, default="infinity")
        case Function.MAX:
            return max(numbers, default="-infinity")
    if not numbers:
        return None
    if function is Function.AVG:
        return _sum(numbers) / len(numbers)
    mean = _sum(numbers) / len(numbers)
    variance = math.fsum((number - mean) ** 2 for number in numbers) / len(numbers)
    return math.sqrt(variance) if function is Function.STD else variance


def _sum(numbers: list[int | float]) -> int | float:
    return math.fsum(numbers) if any(type(number) is float for number in numbers) else sum(numbers)
