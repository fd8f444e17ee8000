"""What a script says of itself."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, get_args, get_origin

import attrs

from identitysync.contract import ParamSpec, params_of
from identitysync.errors import Severity
from identitysync.testing.remotes.ground import expect, refusal
from identitysync.testing.scripts.subject import Subject
from identitysync.values import FieldPath, Secret

_SECRETS: Final = re.compile(
    r"password|passphrase|secret|token$|accountKey|privateKey|signingKey|secretKey", re.IGNORECASE
)
_PLANTED: Final = "planted-secret"


def it_says_what_it_does(subject: Subject) -> None:
    """The type has a family, the summary is one sentence, and there is more to read than that."""
    spec = subject.spec
    expect(re.fullmatch(r"[a-z0-9]+(\.[A-Za-z0-9]+)+", spec.type) is not None, f"{spec.type!r} is no type like a.b")
    expect(spec.summary[:1].isupper() and spec.summary.endswith("."), f"{spec.summary!r} is no sentence")
    expect("\n" not in spec.summary, "the summary is more than one line")
    expect(bool(spec.doc), "the class has no docstring")
    expect(bool(spec.examples), "there is no example")


def its_parameters_are_documented(subject: Subject) -> None:
    """Every parameter, and every key of its entries, has a name of its own, a sentence, and a value for an example."""
    names = [param.wire for param in subject.spec.params]
    expect(len(set(names)) == len(names), f"a name is there twice: {names}")
    for param in _all_params(subject.cls):
        expect(param.doc.endswith("."), f"{param.wire}: {param.doc!r} is no sentence")
        expect(param.example is not None, f"{param.wire} has no example")


def secrets_are_secrets(subject: Subject) -> None:
    """What is named like a secret is declared as one, is held as one, and never prints."""
    for param in _all_params(subject.cls):
        holds = Secret in {param.type, *get_args(param.type)}
        expect(holds == param.secret, f"{param.wire} is secret={param.secret}, but its type is {param.type}")
        named = _SECRETS.search(param.wire) is not None
        expect(param.secret or not named or param.type not in {str, Any}, f"{param.wire} is named like a secret")
    for example in subject.spec.examples:
        given = [param.wire for param in subject.spec.params if param.secret and param.wire in example.params]
        script = subject.build({**example.params, **dict.fromkeys(given, f"${{env:{_PLANTED}}}")})
        expect(_PLANTED not in f"{script!r}{script}", "it prints its secrets")


def unknown_parameters_are_reported(subject: Subject) -> None:
    """A parameter that does not exist is a warning in a flow, and refused in Python."""
    params = subject.spec.examples[0].params if subject.spec.examples else {}
    _, faults = subject.bound({**params, "noSuchParameter": 1})
    told = [fault.path for fault in faults if fault.code == "unknown-parameter"]
    expect("$.params.noSuchParameter" in told, f"it was not told: {faults}")
    with refusal(TypeError):
        subject.cls(no_such_parameter=1)  # type: ignore[call-arg]


def required_parameters_are_asked_for(subject: Subject) -> None:
    """Without a parameter that it needs, a flow is faulty, and the fault names the parameter."""
    for param in subject.spec.params:
        if param.required:
            _, faults = subject.bound({})
            errors = [fault.path for fault in faults if fault.severity is Severity.ERROR]
            expect(f"$.params.{param.wire}" in errors, f"{param.wire} is not missed; found {errors}")


def a_script_is_frozen(subject: Subject) -> None:
    """A script is a declaration: equal parameters make equal scripts, and nobody changes them afterwards."""
    for example in subject.spec.examples:
        one, other = subject.build(example.params), subject.build(example.params)
        expect(one == other, "two scripts with the same parameters differ")
        with refusal(AttributeError):
            one.no_such_parameter = 1  # type: ignore[attr-defined]


def _all_params(cls: type) -> Iterator[ParamSpec]:
    for param in params_of(cls):
        yield param
        args = get_args(param.type)
        if get_origin(param.type) is list and attrs.has(args[0]) and args[0] not in {FieldPath, Secret}:
            yield from _all_params(args[0])


DECLARATION_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    it_says_what_it_does,
    its_parameters_are_documented,
    secrets_are_secrets,
    unknown_parameters_are_reported,
    required_parameters_are_asked_for,
    a_script_is_frozen,
)
