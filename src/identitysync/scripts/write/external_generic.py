"""``datasource.write.external.generic``: records to any HTTP API."""

from collections.abc import Iterator, Sequence
from typing import Self

from identitysync.contract import Example, RecordWriter, Rejected, Services, param, script
from identitysync.errors import IdentitySyncError, InvalidParameter
from identitysync.platforms import BatchCalls
from identitysync.platforms.generic import (
    BodyFormat,
    CallParams,
    Method,
    Results,
    Sending,
    around,
    body_template,
    check_batch_size,
    check_connections,
    check_envelope,
    examine_auth,
    examine_results,
    holes,
    writer,
)
from identitysync.values import FieldPath, Record


@script(
    "datasource.write.external.generic",
    summary="Write records to any HTTP API.",
    examples=(
        Example(
            "one call for each record, which may be repeated",
            {
                "url": "https://api.example.com/v2/contacts",
                "auth": {"kind": "bearer", "key": "${env:API_TOKEN}"},
                "body": '{"email": ${profile.email}, "name": "${profile.firstName} ${profile.lastName}"}',
                "retry": {"idempotencyHeader": "Idempotency-Key"},
                "callsPerSecond": 10,
            },
        ),
        Example(
            "batches of a hundred, with a result for each record",
            {
                "url": "https://api.example.com/v1/members/batch",
                "auth": {"kind": "header", "name": "X-Api-Key", "key": "${env:API_KEY}"},
                "batchSize": 100,
                "envelope": '{"update": true, "members": [${records}]}',
                "keyField": "email",
                "results": {"path": "errors", "lists": "failures", "key": "email", "messagePath": "reason"},
                "maxConnections": 4,
            },
        ),
        Example(
            "deletions by id",
            {
                "url": "https://api.example.com/users/${UID}",
                "method": "DELETE",
                "auth": {"kind": "basic", "username": "sync", "password": "${env:API_PASSWORD}"},
                "success": {"statuses": [200, 204, 404]},
            },
        ),
        Example(
            "a form whose answer says in its body whether it went well",
            {
                "url": "https://api.example.com/subscribe",
                "auth": {"kind": "query", "name": "api_key", "key": "${env:API_KEY}"},
                "bodyFormat": "form",
                "body": "email=${email}&city=${profile.city}",
                "success": {"path": "stat", "equals": "ok", "messagePath": "err.msg", "codePath": "err.code"},
            },
        ),
    ),
)
class WriteExternalGeneric(CallParams, RecordWriter):
    """Call an API for each record, or for many at once, with bodies made from a template.

    Holes such as `${profile.email}` may stand in the body, and where each record has a call of its own in the address,
    the query and the headers, too. Each value is quoted as its place demands: as JSON, or as text amid a JSON string;
    for a form, a URL or XML. A header refuses what could end it, a plain text refuses line ends, a path refuses values
    that are missing, empty, `.` or `..`: such a record is rejected, and the others go on. `${*}` is the whole record,
    which is also what is sent when there is no body (but with GET and DELETE).

    A call that is refused rejects its records, with the API's code and text; where `results` tell of each record, those
    that they name. When the credentials are refused the run fails. A call that must not be made twice (POST and PATCH,
    unless `retry` says otherwise) is repeated only when it was surely not done; when its fate is unknown its records
    are rejected, saying so. With `addResponse` the API's answer goes with the record as `_response`.

    A call with many records that is refused as too large (413) is made again by halves; where records may be written
    twice (PUT, or `retry.repeatable`), so is one that is refused with 400, 409 or 422 or in the body of an answer, so
    that only bad records are rejected. When the first eight that went alone were all refused, the others of that call
    are taken for refused, too.

    Calls are under way at once, never two with the same value of `keyField`. Redirects are not followed.
    """

    atomic = True

    method: Method = param(default=Method.POST, doc="The HTTP method.", example="PUT")
    body: str = param(
        default="", doc="The body for one record, with holes; by default the record itself.",
        example='{"email": ${profile.email}}', variables=True, code=True,
    )  # fmt: skip
    body_format: BodyFormat = param(default=BodyFormat.JSON, doc="How the body is written.", example="form")
    batch_size: int = param(
        default=1, doc="Records of one call at most.", example=100, text=True, check=check_batch_size
    )
    envelope: str = param(
        default="",
        doc="The body around the records of a call, which stand at `${records}`; by default `[${records}]` for JSON,"
        " else them alone, and a single record as it is when `batchSize` is 1.",
        example='{"contacts": [${records}]}',
        variables=True,
        code=True,
        check=check_envelope,
    )
    separator: str = param(
        default="", doc="What stands between two records; by default a comma for JSON, else a line end.", example="\n"
    )
    results: Results | None = param(
        default=None, doc="Where the answer to a call has the result of each record.",
        example={"path": "results", "messagePath": "error"},
    )  # fmt: skip
    key_field: FieldPath | None = param(
        default=None, doc="The field that the API tells records apart by.", example="profile.email"
    )
    add_response: bool = param(default=False, doc="Put the API's answer into the record as `_response`.", example=True)
    max_connections: int = param(
        default=4, doc="Calls under way at once, 1 to 100.", example=10, text=True, check=check_connections
    )

    def examine(self) -> Iterator[tuple[str, IdentitySyncError]]:
        """Find what does not fit together."""
        for fault in examine_auth(self.auth):
            yield "auth", fault
        for fault in examine_results(self.results, self.key_field):
            yield "results", fault
        if self.body:
            try:
                body_template(self.body, self.body_format)
            except InvalidParameter as fault:
                yield "body", fault
                return
        elif self.body_format in {BodyFormat.XML, BodyFormat.TEXT}:
            yield "body", InvalidParameter(f"how a record becomes {self.body_format.value} must be said: give body")
        for where, name in holes(self, self.body, self.body_format):
            if self.batch_size > 1 and where != "body":
                text = "many records go in one call, so that no value of one of them can stand here"
                yield where, InvalidParameter(text)
            elif name != "*":
                try:
                    FieldPath.parse(name)
                except InvalidParameter as fault:
                    yield where, fault

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._writer(services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, records: Sequence[Record], services: Services) -> list[Record | Rejected]:
        """Make the calls for one batch; a run uses ``open`` first."""
        with self._writer(services) as calls:
            return calls.write(records, services)

    def _writer(self, services: Services) -> BatchCalls:
        sending = Sending(
            method=self.method, body=self.body, body_format=self.body_format, size=self.batch_size,
            around=around(self.batch_size, self.envelope, self.separator, self.body_format), results=self.results,
            key=self.key_field, add_response=self.add_response, connections=self.max_connections,
        )  # fmt: skip
        return writer(self, sending, services)
