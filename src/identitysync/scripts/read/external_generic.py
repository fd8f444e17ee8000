"""``datasource.read.external.generic``: records from any HTTP API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import IdentitySyncError, InvalidParameter
from identitysync.languages import java_dates
from identitysync.platforms.generic import (
    AnswerFormat,
    BodyFormat,
    CallParams,
    Method,
    Paging,
    PagingKind,
    body_template,
    examine_auth,
    examine_paging,
    holes,
    read_records,
)
from identitysync.values import MISSING, FieldPath, Record

_OVERLAP: Final = timedelta(seconds=60)
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLACES: Final = {PagingKind.PAGE: "page", PagingKind.OFFSET: "offset", PagingKind.CURSOR: "cursor"}


@script(
    "datasource.read.external.generic",
    summary="Read records from any HTTP API.",
    examples=(
        Example(
            "contacts that changed, by a cursor",
            {
                "url": "https://api.example.com/v2/contacts",
                "auth": {"kind": "bearer", "key": "${env:API_TOKEN}"},
                "query": [{"name": "updated_after", "value": "${since}"}],
                "recordsPath": "data",
                "paging": {
                    "kind": "cursor", "parameter": "cursor", "path": "meta.next_cursor", "size": 200,
                    "sizeParameter": "limit",
                },
            },
        ),
        Example(
            "a search by POST, its cursor in the body",
            {
                "url": "https://api.example.com/crm/search",
                "method": "POST",
                "auth": {
                    "kind": "oauth2", "tokenUrl": "https://login.example.com/oauth/token", "clientId": "sync",
                    "clientSecret": "${env:CRM_SECRET}",
                },
                "body": '{"updated_after": "${since:yyyy-MM-dd}", "limit": ${size}, "after": ${cursor}}',
                "recordsPath": "results",
                "paging": {"kind": "cursor", "path": "paging.next.after", "size": 100},
            },
        ),
        Example(
            "a list whose pages are linked in a header",
            {
                "url": "https://api.example.com/users?per_page=100",
                "auth": {"kind": "header", "name": "X-Api-Key", "key": "${env:API_KEY}"},
                "paging": {"kind": "linkHeader"},
            },
        ),
    ),
)  # fmt: skip
class ReadExternalGeneric(CallParams, RecordReader):
    """Call an API for its records, page by page; the next page is fetched while one is worked on.

    Holes such as `${since}` may stand in the address, the query, the headers and the body. `${since}` is the moment of
    the last successful run less a minute, as `2026-01-31T12:00:00Z`; `${since:yyyy-MM-dd}` writes it by a Java date
    pattern, `${since:unix}` and `${since:unixMillis}` as a number. Without such a moment (a full extract) parameters of
    `query` that need it are left out, and everywhere else it is the beginning of 1970 (*our choice*). So only APIs that
    can filter by change are read by change.

    Pages end with an empty one, with an answer without next cursor or link, or where `path` says that there is no more.
    A link that leads to another host is refused, and redirects are not followed: both would carry the credentials
    there. A list that is missing or null at `recordsPath` is an empty one, and noted in the trace.
    """

    method: Method = param(default=Method.GET, doc="The HTTP method.", example="POST")
    body: str = param(
        default="", doc="The body, with holes; values are quoted as `bodyFormat` needs it.",
        example='{"after": ${cursor}}', variables=True, code=True,
    )  # fmt: skip
    body_format: BodyFormat = param(default=BodyFormat.JSON, doc="How the body is written.", example="form")
    answer_format: AnswerFormat = param(
        default=AnswerFormat.JSON, doc="`json`, or `jsonLines`: an object on each line.", example="jsonLines"
    )
    records_path: FieldPath | None = param(
        default=None, doc="Where an answer has the list of its records; by default it is such a list.",
        example="data.items",
    )  # fmt: skip
    paging: Paging | None = param(
        default=None, doc="How the next page is asked for; by default there is one page.",
        example={"kind": "page", "parameter": "page"},
    )  # fmt: skip

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Find what does not fit together."""
        for fault in examine_auth(self.auth):
            yield "auth", fault
        paging = self.paging or Paging(kind=PagingKind.NONE)
        for fault in examine_paging(paging):
            yield "paging", fault
        if self.body:
            try:
                body_template(self.body, self.body_format)
            except InvalidParameter as fault:
                yield "body", fault
                return
        place = _PLACES.get(paging.kind)
        known = {"since", *([place] if place else []), *(["size"] if paging.size else [])}
        there = holes(self, self.body, self.body_format)
        for where, name in there:
            if name.partition(":")[0] not in known:
                hint = ", ".join(f"${{{each}}}" for each in sorted(known))
                yield where, InvalidParameter(f"${{{name}}} stands for nothing here; there is {hint}")
            elif (pattern := name.partition(":")[2]) and (unwritable := _unwritable(pattern)):
                yield where, unwritable
        if place and not paging.parameter and place not in {name for _, name in there}:
            yield (
                "paging",
                InvalidParameter(
                    f"nothing asks for the next page: give parameter, or put ${{{place}}} into url, query or body"
                ),
            )

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Read, page by page."""
        moment = services.run.since
        since = None if moment is None else moment - _OVERLAP
        query = [each for each in self.query if since is not None or "${since" not in each.value]

        def known(name: str) -> Any:
            if name.partition(":")[0] != "since":
                return MISSING
            return _written(since or _BEGINNING, name.partition(":")[2])

        yield from read_records(
            CallParams(
                url=self.url, auth=self.auth, query=query, headers=self.headers, success=self.success,
                retry=self.retry, calls_per_second=self.calls_per_second,
            ),
            services,
            known,
            method=self.method,
            body=self.body,
            body_format=self.body_format,
            answer_format=self.answer_format,
            records=self.records_path,
            paging=self.paging or Paging(kind=PagingKind.NONE),
        )  # fmt: skip


def _written(moment: datetime, pattern: str) -> Any:
    match pattern:
        case "":
            return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
        case "unix":
            return (moment - _BEGINNING) // timedelta(seconds=1)
        case "unixMillis":
            return (moment - _BEGINNING) // timedelta(milliseconds=1)
    return java_dates.compile_pattern(pattern).format(moment.astimezone(UTC))


def _unwritable(pattern: str) -> IdentitySyncError | None:
    try:
        _written(_BEGINNING, pattern)
    except IdentitySyncError as fault:
        return fault
    return None
