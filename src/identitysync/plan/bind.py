"""Bind a step to its script: turn ``params`` into the script's parameters, and find every fault on the way."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import attrs

from identitysync.contract import (
    REQUIRED,
    Examining,
    Finding,
    ParamSpec,
    ScriptSpec,
    Shape,
    change_step_ids,
    params_of,
)
from identitysync.errors import (
    Diagnostic,
    ExpressionError,
    IdentitySyncError,
    InvalidParameter,
    JavaScriptError,
    LanguageError,
    LeftOpen,
    PatternError,
    PluginError,
    QueryError,
    Severity,
)
from identitysync.languages.variables import find_misspelt, find_variables
from identitysync.model import Step
from identitysync.plan.convert import convert
from identitysync.registry import Registry
from identitysync.values import MASK, Secret

_OPEN: Final = re.compile(r"\{\{[^{}]*\}\}|<\$[^<>]*\$>|/xx\.0\Z|" + re.escape(MASK))  # /xx.0: a version
_OPEN_WHEN_REQUIRED: Final = re.compile(r"\.*|.*<[A-Za-z][\w.-]*>.*", re.DOTALL)
_REFERENCE: Final = re.compile(r"\$\{(env|file|keyring):[^}]*\}")
_SPELT: Final = (
    "there are ${now}, ${now:PATTERN}, ${now-1d:PATTERN} with a unit of y M w d h m s, ${unix}, ${jobId}, ${apiKey}"
)
_CODES: Final = (
    (ExpressionError, "expression"),
    (JavaScriptError, "javascript"),
    (PatternError, "pattern"),
    (QueryError, "query"),
    (PluginError, "plugin"),
)

Report = Callable[[Diagnostic], None]


@attrs.frozen
class Bound:
    """A step's script.

    Attributes:
        spec: Its description, or None when there is none.
        script: The script with its parameters, or None when something is wrong with them.
    """

    spec: ScriptSpec | None
    script: Shape | None


def bind(step: Step, path: str, registry: Registry, report: Report, *, run: bool) -> Bound:
    """Bind one step.

    Args:
        step: The step.
        path: Its JSON path in the flow.
        registry: Where its script is looked up.
        report: Is told every fault.
        run: Whether the flow is about to run, so that a parameter left to fill in is an error.

    Returns:
        What was found.
    """
    spec = _look_up(step, path, registry, report)
    if spec is None:
        return Bound(None, None)
    found: dict[str, Any] = {}
    whole = True
    for param in spec.params:
        value = _value(step, param, f"{path}.params", report, run=run)
        if value is _UNFIT:
            whole = False
        elif value is not REQUIRED:
            found[param.name] = value
    names = [param.wire for param in spec.params]
    for key in step.params:
        if key not in names:
            report(_unknown(key, names, f"{path}.params.{key}"))
    if not whole:
        return Bound(spec, None)
    _check_ways(step, spec, f"{path}.params", report)
    try:
        made = spec.cls(**found)
    except InvalidParameter as fault:
        report(Diagnostic("invalid-parameter", f"{path}.params", str(fault)))
        return Bound(spec, None)
    faults = list(made.examine()) if isinstance(made, Examining) else []
    for below, wrong in faults:
        if isinstance(wrong, LeftOpen):
            report(_left_open(f"{path}.params.{below}", str(wrong), run=run))
        else:
            report(_misread(wrong, f"{path}.params.{below}"))
    return Bound(spec, None if faults else made)


_UNFIT: Final = object()


def _look_up(step: Step, path: str, registry: Registry, report: Report) -> ScriptSpec | None:
    if step.script is not None:
        from identitysync.contract import spec_of

        return spec_of(step.script)
    if step.type not in registry:
        report(
            Diagnostic("unknown-type", f"{path}.type", f"there is no script {step.type!r}", registry.suggest(step.type))
        )
        return None
    try:
        return registry[step.type].spec
    except PluginError as fault:
        report(Diagnostic("plugin", f"{path}.type", str(fault), "repair or uninstall the package"))
        return None


def _value(step: Step, param: ParamSpec, path: str, report: Report, *, run: bool) -> Any:
    """Give the parameter's value, ``REQUIRED`` when it keeps its default, or ``_UNFIT`` after a report."""
    where = f"{path}.{param.wire}"
    if param.wire not in step.params:
        if not param.required:
            if param.check is not None and param.default is not None:
                _check(param.check, param.default, where, report)  # a default may deserve a warning, too
            return REQUIRED
        hint = f"for example: {param.example!r}" if param.example is not None else ""
        report(Diagnostic("missing-parameter", where, f"{step.type} needs {param.wire!r}: {param.doc}", hint))
        return _UNFIT
    given = step.params[param.wire]
    if given is None and not param.required:
        return REQUIRED
    if _is_open(given, param):
        message = f"{param.wire!r} is left to fill in: {given!r}"
        report(_left_open(where, message, f"it is: {param.doc}", run=run))
        return _UNFIT
    value = convert(given, param, lambda code, below, text: report(_fault(code, where + below, text)))
    if value is attrs.NOTHING:
        return _UNFIT
    return value if _examine(value, param, where, report) else _UNFIT


def _is_open(given: Any, param: ParamSpec) -> bool:
    if not isinstance(given, str):
        return False
    if param.code:
        return param.required and not given.strip(". \n\t")
    if param.secret and given and not given.strip("."):
        return True
    return bool(_OPEN.search(given) or (param.required and _OPEN_WHEN_REQUIRED.fullmatch(given)))


def _examine(value: Any, param: ParamSpec, path: str, report: Report) -> bool:
    """Run the declared checks on a value and, where it is an entry or a list of entries, on what is in them."""
    if isinstance(value, Secret) and value and not _REFERENCE.fullmatch(value.reveal()):
        message = f"the secret {param.wire!r} stands in clear in the flow"
        hint = f"put ${{env:NAME}} there and the secret into the environment: {param.wire}: '${{env:MY_SECRET}}'"
        report(Diagnostic("clear-secret", path, message, hint, Severity.WARNING))
    sound = param.check is None or _check(param.check, value, path, report)
    if param.variables and isinstance(value, str):
        sound &= _check(_variables, value, path, report)
    items = (
        [(f"{path}[{index}]", item) for index, item in enumerate(value)] if isinstance(value, list) else [(path, value)]
    )
    for where, item in items:
        if _is_entry(item):
            entry_class: type = type(item)
            for each in params_of(entry_class):
                sound &= _examine(getattr(item, each.name), each, f"{where}.{each.wire}", report)
    return sound


def _is_entry(item: Any) -> bool:
    kind: type = type(item)
    return attrs.has(kind) and any(field.metadata for field in attrs.fields(kind))


def _check(check: Callable[[Any], Iterable[Any] | None], value: Any, path: str, report: Report) -> bool:
    try:
        for finding in check(value) or ():
            report(Diagnostic(finding.code, path, finding.message, finding.hint, finding.severity))
    except LanguageError as fault:
        report(_misread(fault, path))
        return False
    except InvalidParameter as fault:
        report(Diagnostic("invalid-parameter", path, str(fault)))
        return False
    return True


def _misread(fault: IdentitySyncError, path: str) -> Diagnostic:
    code = next((code for kind, code in _CODES if isinstance(fault, kind)), "invalid-parameter")
    return Diagnostic(code, path, str(fault))


def _variables(text: str) -> Iterator[Finding]:
    """Look at the variables in a text, and at their date patterns."""
    for slip in find_misspelt(text):
        yield Finding("unknown-variable", f"{slip} stands for nothing, and is left as it is", _SPELT)
    for variable in find_variables(text):
        if not variable.pattern:
            continue
        from identitysync.languages.java_dates import warnings

        for doubt in warnings(variable.pattern):
            yield Finding("week-year", f"in {variable.text}: {doubt}")


def _left_open(path: str, message: str, hint: str = "", *, run: bool) -> Diagnostic:
    return Diagnostic("to-fill-in", path, message, hint, Severity.ERROR if run else Severity.WARNING)


def _fault(code: str, path: str, message: str) -> Diagnostic:
    severity = Severity.WARNING if code == "unknown-parameter" else Severity.ERROR
    return Diagnostic(code, path, message, severity=severity)


def _check_ways(step: Step, spec: ScriptSpec, path: str, report: Report) -> None:
    """Check that the ids of steps in the parameters are among the step's ``next``."""
    named: set[str] = set()

    def look(id: str, where: str) -> str:
        named.add(id)
        if id not in step.next:
            hint = f"add it to 'next', which now leads to {', '.join(step.next) or 'no step'}"
            report(Diagnostic("not-next", where, f"{step.id!r} shall lead to {id!r}, but its 'next' does not", hint))
        return id

    change_step_ids(step.params, spec.cls, look, path)
    for index, id in enumerate(step.next):
        if named and id not in named:
            message = f"nothing in the parameters of {step.id!r} leads to {id!r}, so that it gets no record"
            where = f"{path.removesuffix('.params')}.next[{index}]"
            report(Diagnostic("no-way", where, message, "name it there, or take it out of 'next'", Severity.WARNING))


def _unknown(key: str, names: list[str], path: str) -> Diagnostic:
    close = difflib.get_close_matches(key, names, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"its parameters are {', '.join(names) or 'none'}"
    return Diagnostic("unknown-parameter", path, f"no such parameter: {key!r}", hint, Severity.WARNING)
