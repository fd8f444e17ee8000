"""``record.evaluate``: let a script in JavaScript decide what becomes of each record."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from identitysync.contract import Example, Finding, FlatMapper, Note, Rejected, param, script
from identitysync.errors import InvalidParameter, JavaScriptError, MissingExtra
from identitysync.languages.javascript import (
    Given,
    Outcome,
    Sandbox,
    SharedVariables,
    check_source,
    decode_source,
)
from identitysync.values import Record, text_of

Results = list[Record | Rejected | Note]


def check_script(text: str) -> Iterator[Finding]:
    """Read a script without running it."""
    try:
        check_source(decode_source(text))
    except MissingExtra as fault:
        yield Finding("missing-extra", str(fault), "without it the script is not checked, and a run will fail")


def check_version(version: float) -> None:
    """Refuse a version of the language that the original does not have."""
    if version not in {5.1, 12}:
        raise InvalidParameter(f"ECMAScriptVersion is 5.1 or 12; found {version:g}")


@script(
    "record.evaluate",
    summary="Let a script in JavaScript decide what becomes of each record.",
    examples=(
        Example(
            "adults, with a full name",
            {
                "script": "function process(record, ctx, logger, next, error) {\n"
                "  if (record.age < 18) return null;\n"
                "  record.name = `${record.first} ${record.last}`;\n"
                "  return record;\n"
                "}",
                "ECMAScriptVersion": "12",
            },
            [{"first": "Ada", "last": "Lovelace", "age": 36}, {"first": "Tim", "last": "Tiny", "age": 3}],
            [{"first": "Ada", "last": "Lovelace", "age": 36, "name": "Ada Lovelace"}],
        ),
        Example(
            "a sum at the end",
            {
                "script": "let sum = 0;\n"
                "function process(record, ctx, logger, next) {\n"
                "  if (record === null) return { sum };\n"
                "  sum += record.n;\n"
                "  return null;\n"
                "}",
                "notifyLastRecord": True,
            },
            [{"n": 1}, {"n": 2}],
            [{"sum": 3}],
        ),
    ),
)
class EvaluateRecord(FlatMapper):
    """Call the script's function `process` for each record, in order.

    What it returns goes on; null drops the record. `next.accept(record)` gives further records,
    `error.accept(record, original)` sends one along the `error` edges. A script that throws rejects the record, and
    gives nothing for it. The page on JavaScript tells all that a script can use, and its limits.
    """

    atomic = True
    stateful = True

    script: str = param(
        doc="The source, as base64 or as it is; it defines a function named `process`.",
        example="ZnVuY3Rpb24gcHJvY2VzcyhyZWNvcmQpIHsgcmV0dXJuIHJlY29yZCB9",
        code=True,
        check=check_script,
    )
    ECMAScript_version: float = param(
        default=12,
        doc="`5.1` or `12`, as the original has it; both run on one engine, which knows the newer language.",
        example="12",
        text=True,
        check=check_version,
    )
    notify_last_record: bool = param(
        default=False, doc="Call `process` once more at the end, with null for the record.", example=True
    )

    def open(self) -> Self:
        """Start the script in its sandbox."""
        return _Worker(self)  # type: ignore[return-value]  # it expands as this class does

    def expand(self, record: Record) -> Iterable[Record | Rejected | Note]:
        """Evaluate one record; a run uses ``open`` first."""
        worker = _Worker(self)
        try:
            return worker.expand(record)
        finally:
            worker.close()


class _Worker:
    def __init__(self, declared: EvaluateRecord) -> None:
        self._sandbox = Sandbox(decode_source(declared.script))
        self._notify = declared.notify_last_record

    def share_in_run(self, common: dict[str, Any]) -> None:
        self._sandbox.share(common.setdefault("record.evaluate", SharedVariables()))

    def expand(self, record: Record) -> Results:
        (results,) = self.expand_all([record])
        return results

    def expand_all(self, records: Sequence[Record]) -> Iterator[Results]:
        for outcome, record in zip(self._sandbox.outcomes(records), records, strict=True):
            yield _results(outcome, record)

    def finish(self) -> Results:
        if not self._notify:
            return []
        (outcome,) = self._sandbox.run([None])
        if outcome.fault:  # no record can be rejected for it, and what the script has kept would be lost
            fault = outcome.fault
            raise JavaScriptError(f"{fault.reason} (in the call after the last record)", fault.text, fault.offset)
        return _results(outcome, {})

    def close(self) -> None:
        self._sandbox.close()


def _results(outcome: Outcome, entered: Record) -> Results:
    results: Results = [Note(line, level) for level, line in outcome.said]  # type: ignore[arg-type]  # the driver's levels
    if outcome.fault:
        return [*results, Rejected(entered, str(outcome.fault), "javascript")]
    results += (_rejected(each, entered) if each.wrong else each.record for each in outcome.given)
    return results


def _rejected(given: Given, entered: Record) -> Rejected:
    """Reject a record for the script's own reason, which stands in its ``_errorDetails``."""
    record = dict(given.record)
    told = record.pop("_errorDetails", None)
    details: dict[str, Any] = told if isinstance(told, dict) else {} if told is None else {"errorMessage": told}
    message = text_of(details.get("errorMessage")) or "the script rejected it"
    code = text_of(details.get("errorCode")) or "script"
    return Rejected(record, message, code, given.original or entered, details)
