"""What the answer to a call with many records says of each of them."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import attrs

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.generic.answers import at, said
from identitysync.values import MISSING, FieldPath, Record, text_of


class Listed(StrEnum):
    """Which records a list of results has."""

    ALL = "all"
    FAILURES = "failures"


@entry
class Results:
    """Where the answer to a call has the result of each record."""

    path: FieldPath | None = param(
        default=None, doc="Where the list of results is; by default the answer is that list.", example="results"
    )
    lists: Listed = param(default=Listed.ALL, doc="Whether it has all records, or only `failures`.", example="failures")
    key: FieldPath | None = param(
        default=None, doc="Where a result has the value of the record's `keyField`.", example="email"
    )
    index: FieldPath | None = param(
        default=None,
        doc="Where a result has the place of its record in the call, counted from 0. Without `key` and `index` results"
        " stand in the order of the records.",
        example="index",
    )
    success_path: FieldPath | None = param(
        default=None, doc="Where a result says whether it went well.", example="success"
    )
    success_equals: str = param(default="true", doc="What stands there when it went well.", example="created")
    message_path: FieldPath | None = param(
        default=None,
        doc="Where a result has the text of its error. Without `successPath`, a record with such a text has failed.",
        example="error.message",
    )
    code_path: FieldPath | None = param(
        default=None, doc="Where a result has the code of its error.", example="error.code"
    )


@attrs.frozen
class Outcome:
    """What became of one record.

    Attributes:
        result: What the answer says of it.
        fault: Why it failed; empty when all is well.
        code: The code of that.
    """

    result: Any = None
    fault: str = ""
    code: str = ""


def examine_results(results: Results | None, key: FieldPath | None) -> Iterator[InvalidParameter]:
    """Find what does not fit together.

    Args:
        results: Where results are.
        key: The field that tells records apart.

    Yields:
        Faults.
    """
    if results is None:
        return
    if results.key is not None and key is None:
        yield InvalidParameter("results are matched by key, so that keyField must name the field of the record")
    if results.lists is Listed.FAILURES and results.key is None and results.index is None:
        yield InvalidParameter("a list of failures needs key or index, to tell whose they are")
    if results.lists is Listed.ALL and results.success_path is None and results.message_path is None:
        yield InvalidParameter("nothing tells what failed: give successPath or messagePath")


def outcomes(results: Results, content: Any, records: Sequence[Record], key: FieldPath | None) -> list[Outcome]:
    """Tell what became of each record.

    Args:
        results: Where results are.
        content: The answer.
        records: The records of the call.
        key: The field that tells records apart.

    Returns:
        Outcomes, in the order of the records. A record of which the answer says nothing has failed, unless only
        failures are listed.
    """
    given = at(content, results.path)
    failures = results.lists is Listed.FAILURES
    if failures and (given is None or given is MISSING):
        given = []
    if not isinstance(given, list):
        text = f"it may have been written: the answer has no list at {results.path or 'its top'}"
        return [Outcome(content, text, "no-result")] * len(records)
    found = _matched(results, given, records, key)
    if found is None:
        text = f"it may have been written: the answer has {len(given)} results for {len(records)} records"
        return [Outcome(given, text, "no-result")] * len(records)
    nothing = Outcome() if failures else Outcome(None, "the answer has no result for it", "no-result")
    return [nothing if each is MISSING else _outcome(results, each) for each in found]


def _matched(results: Results, given: list[Any], records: Sequence[Record], key: FieldPath | None) -> list[Any] | None:
    """Give the result of each record, ``MISSING`` for none; None when their number tells that they do not match."""
    if results.index is not None:
        by_place = {text_of(at(each, results.index)): each for each in given}
        return [by_place.get(str(place), MISSING) for place in range(len(records))]
    if results.key is not None and key is not None:
        by_key = {text_of(at(each, results.key)): each for each in given}
        folded = {name.casefold(): each for name, each in by_key.items()}
        names = [text_of(key.get(record)) for record in records]
        return [by_key.get(name, folded.get(name.casefold(), MISSING)) for name in names]
    return given if len(given) == len(records) else None


def _outcome(results: Results, result: Any) -> Outcome:
    text, code = said(result, results.message_path), said(result, results.code_path)
    if results.success_path is not None:
        state = text_of(at(result, results.success_path))
        failed = state != results.success_equals
        text = text or f"{results.success_path} is {state or 'missing'}, not {results.success_equals}"
    else:
        failed = bool(text) or results.lists is Listed.FAILURES
    return Outcome(result, text or "it was refused", code or "refused") if failed else Outcome(result)
