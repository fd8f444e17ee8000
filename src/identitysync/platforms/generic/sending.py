"""Records to an API: one in a call, or many, and an answer for each."""

from collections.abc import Hashable, Iterator, Sequence
from functools import cache
from typing import Any

import attrs

from identitysync.contract import Rejected, Services
from identitysync.errors import InvalidParameter, PlatformError, RecordRejected, RemoteUnavailable
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.generic.answers import Meaning, read
from identitysync.platforms.generic.calls import GenericCalls
from identitysync.platforms.generic.params import CallParams, Method
from identitysync.platforms.generic.quoting import in_form, in_json
from identitysync.platforms.generic.results import Results, outcomes
from identitysync.platforms.generic.template import BodyFormat, Template, body_template
from identitysync.platforms.meaning import Refusal
from identitysync.values import MISSING, FieldPath, Record
from identitysync.world import HttpResponse, NeverSent

_ENVELOPES = {BodyFormat.JSON: ("[${records}]", ",")}
_EVERY_OTHER = ("${records}", "\n")
_TOO_LARGE = 413
_SPOILT = frozenset({200, 201, 202, 207, 400, 409, 422})
"""Statuses that may refuse a call for what one of its records holds; the others may have been written all the same."""

_HOPELESS = 8
"""Records of a call that are refused alone, before any other is taken, until the rest is taken for refused, too."""

_WINDOW = 100
"""Records that may be under way for each connection at least: a slow call may take as long as a hundred others."""


def check_batch_size(size: int) -> None:
    """Refuse a number of records that makes no sense."""
    if not 1 <= size <= 100_000:
        raise InvalidParameter(f"a call takes 1 to 100000 records; found {size}")


def check_envelope(text: str) -> None:
    """Refuse an envelope that has no place for the records, or several."""
    if text and (text.count("${records}") != 1 or text.count("${") != 1):
        raise InvalidParameter("an envelope has ${records} once, and no other hole")


def around(size: int, envelope: str, separator: str, kind: BodyFormat) -> tuple[str, str, str]:
    """Give what stands before all records of a call, between two, and after them.

    Args:
        size: Records of one call at most; one alone, without an envelope, is sent as it is.
        envelope: The body around them; empty for the usual one.
        separator: What stands between two; empty for the usual one.
        kind: How the body is written.

    Returns:
        The three texts.
    """
    if size == 1 and not envelope:
        return "", "", ""
    text, between = _ENVELOPES.get(kind, _EVERY_OTHER)
    before, _, after = (envelope or text).partition("${records}")
    return before, separator or between, after


def key_of(path: FieldPath | None) -> Any:
    """Make the function that tells what a record is told apart by.

    Args:
        path: The field; None when no two records are the same.

    Returns:
        The function, or None.
    """
    if path is None:
        return None

    def key(record: Record) -> Hashable:
        found = path.get(record)
        return found if isinstance(found, str | int) and found != "" else id(record)

    return key


@attrs.frozen
class Sending:
    """What is sent for each record.

    Attributes:
        method: The method.
        body: The body's template for one record; empty for the record itself.
        body_format: How the body is written.
        size: Records of one call at most.
        around: What stands before all records of a call, between two, and after them.
        results: Where the answer to a call has the result of each record.
        key: The field that the API tells records apart by.
        add_response: Whether answers go with the records, as ``_response``.
        connections: How many calls at most are under way at once.
    """

    method: Method
    body: str
    body_format: BodyFormat
    size: int
    around: tuple[str, str, str]
    results: Results | None
    key: FieldPath | None
    add_response: bool
    connections: int


def writer(params: CallParams, sending: Sending, services: Services) -> BatchCalls:
    """Make the writer that does it.

    Args:
        params: Where to, and who calls.
        sending: What is sent.
        services: The run's clock.

    Returns:
        The writer, at work until it is closed.
    """
    meaning = Meaning(params.success, params.retry, json=sending.results is not None)
    calls = GenericCalls(
        params, sending.method, sending.body_format, services, meaning.passing, connections=sending.connections
    )
    write = _Writer(calls, meaning, sending)
    made = BatchCalls(calls, write, size=sending.size, connections=sending.connections, key=key_of(sending.key))
    made.window = max(made.window, _WINDOW * sending.connections)
    return made


class _Writer:
    """Write a few records in one call."""

    def __init__(self, calls: GenericCalls, meaning: Meaning, sending: Sending) -> None:
        self._calls, self._meaning, self._sending = calls, meaning, sending
        self._template = body_template(sending.body, sending.body_format) if sending.body else None

    def __call__(self, records: Sequence[Record]) -> list[Record | Rejected]:
        answers: list[Any] = [None] * len(records)
        bodies: list[str] = []
        places: list[int] = []
        url, headers = "", {}
        for place, record in enumerate(records):
            try:
                values = _Values(record)
                # Only where a record has a call of its own, address and headers may hold its values.
                url, headers = self._calls.address(values), self._calls.headers(values)
                bodies.append(_body(record, values, self._template, self._sending.body_format))
                places.append(place)
            except RecordRejected as fault:
                answers[place] = Rejected(record, fault.message, fault.code)
        if places:
            sent = [records[place] for place in places]
            for place, answer in zip(places, self._send(url, headers, bodies, sent, _Tally()), strict=True):
                answers[place] = answer
        return answers

    def _send(
        self, url: str, headers: dict[str, str], bodies: list[str], records: list[Record], tally: "_Tally"
    ) -> list[Record | Rejected]:
        """Send records in one call; one that is refused for what it holds is made again by halves."""
        before, between, after = self._sending.around
        alone = not (before or between or after)
        bare = alone and not self._template and self._sending.method in {Method.GET, Method.DELETE}
        body = None if bare else f"{before}{between.join(bodies)}{after}".encode()
        try:
            answer = self._calls.call(url, headers, body)
        except PlatformError as fault:
            return [Rejected(each, fault.message, fault.code, error=_details(fault)) for each in records]
        except RemoteUnavailable as fault:
            if self._calls.repeatable or isinstance(fault, NeverSent):
                raise
            text = f"it may have been written: there was no good answer, and the call must not be made twice ({fault})"
            return [Rejected(each, text, "no-answer") for each in records]
        refusal = self._meaning.judge(answer)
        if refusal is None or len(records) == 1 or not self._may_be_spoilt(answer):
            tally.taken |= refusal is None
            tally.refused += refusal is not None
            return list(self._judged(answer, refusal, records))
        middle = len(records) // 2
        made: list[Record | Rejected] = []
        for part in (slice(middle), slice(middle, None)):
            if tally.hopeless:
                made += self._judged(answer, refusal, records[part])
            else:
                self._calls.check()
                made += self._send(url, headers, bodies[part], records[part], tally)
        return made

    def _may_be_spoilt(self, answer: HttpResponse) -> bool:
        """Tell whether the records of a refused call may be sent again: nothing was done, or it does no harm."""
        return answer.status == _TOO_LARGE or (self._calls.rewritable and answer.status in _SPOILT)

    def _judged(
        self, answer: HttpResponse, refusal: Refusal | None, records: list[Record]
    ) -> Iterator[Record | Rejected]:
        content = read(answer)
        if refusal is not None:
            fault = PlatformError(self._calls.host, refusal.message, code=refusal.code, status=answer.status)
            shown = answer.body.decode("utf-8", "replace") if content is MISSING else content
            for record in records:
                yield self._rejected(record, fault.message, fault.code, _details(fault), shown)
            return
        if self._sending.results is None:
            shown = answer.body.decode("utf-8", "replace") if content is MISSING else content
            for record in records:
                yield record | {"_response": shown} if self._sending.add_response else record
            return
        for record, outcome in zip(
            records, outcomes(self._sending.results, content, records, self._sending.key), strict=True
        ):
            if outcome.fault:
                details = {"errorCode": outcome.code, "errorMessage": outcome.fault}
                yield self._rejected(record, outcome.fault, outcome.code, details, outcome.result)
            else:
                yield record | {"_response": outcome.result} if self._sending.add_response else record

    def _rejected(self, record: Record, message: str, code: str, details: dict[str, Any], response: Any) -> Rejected:
        if not self._sending.add_response:
            return Rejected(record, message, code, error=details)
        return Rejected(record | {"_response": response}, message, code, record, details)


@attrs.define
class _Tally:
    """What came of the parts of one call so far."""

    taken: bool = False
    refused: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether all records seem to be refused, such as when the body's template is wrong."""
        return not self.taken and self.refused >= _HOPELESS


class _Values:
    """The values of a record by the paths in holes; ``*`` is the whole record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __call__(self, name: str) -> Any:
        return self._record if name == "*" else _path(name).get(self._record)


@cache
def _path(name: str) -> FieldPath:
    return FieldPath.parse(name)


def _details(fault: PlatformError) -> dict[str, Any]:
    return {"errorCode": fault.code, "errorMessage": fault.message, "httpStatus": fault.status}


def _body(record: Record, values: _Values, template: Template | None, kind: BodyFormat) -> str:
    if template is not None:
        return template.fill(values)
    if kind is BodyFormat.FORM:
        return "&".join(f"{in_form(name)}={in_form(value)}" for name, value in record.items())
    return in_json(record)
