"""All records of an API, page by page, while the next page is on its way."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from identitysync.contract import Note, Rejected, Services
from identitysync.errors import PlatformError
from identitysync.platforms.generic.answers import Meaning, at, read
from identitysync.platforms.generic.calls import GenericCalls
from identitysync.platforms.generic.paging import Ask, Page, Paging, PagingKind, follow
from identitysync.platforms.generic.params import CallParams, Method
from identitysync.platforms.generic.template import BodyFormat, body_template
from identitysync.platforms.pages import read_pages
from identitysync.values import MISSING, FieldPath, Record, json_value
from identitysync.world import HttpResponse

_NAMES = {PagingKind.PAGE: "page", PagingKind.OFFSET: "offset", PagingKind.CURSOR: "cursor"}


class AnswerFormat(StrEnum):
    """How an answer holds its records."""

    JSON = "json"
    JSON_LINES = "jsonLines"


def read_records(
    params: CallParams,
    services: Services,
    known: Callable[[str], Any],
    *,
    method: Method,
    body: str,
    body_format: BodyFormat,
    answer_format: AnswerFormat,
    records: FieldPath | None,
    paging: Paging,
) -> Iterator[Record | Rejected | Note]:
    """Read all records.

    Args:
        params: Where to, and who calls.
        services: The run's clock, and how many records are wanted.
        known: Gives the values that are the same for all pages, such as ``since``; None for a name that it has not.
        method: The method.
        body: The body's template; empty for none.
        body_format: How the body is written.
        answer_format: How answers hold their records.
        records: Where in an answer its records are.
        paging: How the next page is asked for.

    Yields:
        The records.
    """
    meaning = Meaning(params.success, params.retry, json=answer_format is AnswerFormat.JSON)
    calls = GenericCalls(params, method, body_format, services, meaning.judge)
    template = body_template(body, body_format) if body else None
    limit = services.run.limit
    size = paging.size if paging.size is None or limit is None else max(1, min(paging.size, limit))

    def fetch(ask: Ask) -> Page:
        def value(name: str) -> Any:
            if name == "size":
                return size
            return ask.place if name == _NAMES.get(paging.kind) else known(name)

        more = {paging.parameter: ask.place, paging.size_parameter: size}
        more.pop("", None)
        url = ask.link or calls.address(value, more)
        content = template.fill(value).encode() if template else None
        answer = calls.call(url, calls.headers(value), content)
        return Page(url, answer, *_items(calls.host, answer, answer_format, records))

    told = False
    for page in read_pages(calls, ([page] for page in follow(paging, fetch, calls.host)), services):
        if page.items is None and not told:
            told = True
            yield Note(f"{calls.host} answered with nothing at {records or 'the top'}, which is taken for no records")
        for item in page.items or ():
            yield item if isinstance(item, dict) else Rejected({"value": item}, "this is no object", "no-record")


def _items(
    host: str, answer: HttpResponse, kind: AnswerFormat, records: FieldPath | None
) -> tuple[Any, list[Any] | None]:
    """Give the content of an answer, and the records in it; None when there is nothing at their place."""
    if kind is AnswerFormat.JSON_LINES:
        try:
            lines = [json_value(line) for line in answer.body.splitlines() if line.strip()]
        except ValueError as fault:
            raise PlatformError(host, f"a line of its answer is no JSON: {fault}", code="no-json") from fault
        return lines, lines
    content = read(answer)
    items = at(content, records)
    if items is None or items is MISSING:
        return content, None
    if not isinstance(items, list):
        held = f"an object with {', '.join(list(items)[:10])}" if isinstance(items, dict) else "no list"
        place = f"at {records}" if records else "in its answer"
        raise PlatformError(host, f"{place} there is {held}; name the list by recordsPath", code="no-list")
    return content, items
