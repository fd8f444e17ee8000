"""Parameters of scripts: one declaration feeds validation, documentation, schema, command line, display and masking."""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

import attrs

from identitysync.errors import IdentitySyncError, Severity

_KEY: Final = "identitysync.param"
T = TypeVar("T")


class Required(Enum):
    """The type of ``REQUIRED``."""

    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED
"""The default of a parameter that has none."""


@attrs.frozen
class Finding:
    """Something that a parameter's ``check`` noticed, short of an error.

    Attributes:
        code: A short stable word such as ``matches-empty``.
        message: What was noticed.
        hint: What to do about it.
        severity: ``warning`` unless said otherwise.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.WARNING


Check = Callable[[Any], Iterable[Finding] | None]
"""Looks at a value when a flow is checked: raises ``LanguageError`` or ``InvalidParameter``, gives findings."""


@runtime_checkable
class Examining(Protocol):
    """A script with parameters that can only be judged together, such as a program beside the name of its language."""

    def examine(self) -> Iterable[tuple[str, IdentitySyncError]]:
        """Find what is wrong: the path of the parameter below ``params``, and the fault."""
        ...


@attrs.frozen
class _Declaration:
    doc: str
    example: Any
    secret: bool
    variables: bool
    text: bool
    code: bool
    steps: bool
    check: Check | None
    default: Any


@attrs.frozen
class ParamSpec:
    """Describe one parameter of a script, or one key of an entry in a list of entries.

    Attributes:
        name: Its name in Python.
        wire: Its name in a flow file.
        type: The type of its values.
        default: Its default, or ``REQUIRED``.
        doc: What it means, with its unit.
        example: A value that shows how it is written in a flow file.
        secret: Whether it is masked everywhere, and may be given as ``${env:NAME}`` and the like.
        variables: Whether ``${now}``, ``${jobId}`` and the like are expanded in it.
        text: Whether numbers, booleans and lists may come as text, as real flows have them.
        code: Whether it holds a little program, in which ``<b>``, ``{{`` and ``********`` are the program's own.
        steps: Whether it holds ids of steps among the step's ``next``, which follow when a step is renamed.
        check: What looks at its value when a flow is checked.
    """

    name: str
    wire: str
    type: Any
    default: Any
    doc: str
    example: Any
    secret: bool
    variables: bool
    text: bool
    code: bool
    steps: bool
    check: Check | None

    @property
    def required(self) -> bool:
        """Whether a flow must give it."""
        return self.default is REQUIRED


def param(
    default: Any = REQUIRED,
    *,
    doc: str,
    example: Any = None,
    secret: bool = False,
    variables: bool = False,
    text: bool = False,
    code: bool = False,
    steps: bool = False,
    check: Check | None = None,
) -> Any:
    """Declare a parameter of a script.

    Args:
        default: What it is when the flow does not give it; without a default the flow must. A list or dict is copied.
        doc: What it means, with its unit.
        example: A value as it stands in a flow file.
        secret: Mask it everywhere, and allow ``${env:NAME}``, ``${file:PATH}``, ``${keyring:SERVICE/USER}``.
        variables: Expand ``${now}``, ``${jobId}`` and the like in it.
        text: Accept numbers and booleans as text, and lists as text with commas.
        code: It holds a little program: marks that elsewhere mean "left to fill in" are the program's own.
        steps: It holds ids of steps, each among the step's ``next``; they follow when a step is renamed.
        check: Looks at the value when a flow is checked; raises for a fault, gives findings.

    Returns:
        A field for a class that ``script`` or ``entry`` decorates.
    """
    declaration = _Declaration(doc, example, secret, variables, text, code, steps, check, default)
    metadata = {_KEY: declaration}
    if default is REQUIRED:
        return attrs.field(metadata=metadata)
    if isinstance(default, list | dict):
        return attrs.field(factory=default.copy, metadata=metadata)
    return attrs.field(default=default, metadata=metadata)


@typing.dataclass_transform(field_specifiers=(param,), frozen_default=True, kw_only_default=True)
def entry(cls: type[T]) -> type[T]:
    """Make a class of parameters: the entries of a list, such as ``{sourceField, targetField}``, or what scripts share.

    A script that derives from such classes has their parameters before its own.
    """
    return attrs.frozen(kw_only=True, slots=False)(cls)  # with slots, nothing could derive from two of them


@cache
def params_of(cls: type) -> tuple[ParamSpec, ...]:
    """Derive the parameters of a script or entry class from its declarations.

    Args:
        cls: A class that ``script`` or ``entry`` decorated.

    Returns:
        Its parameters, in order.
    """
    hints = typing.get_type_hints(cls)
    specs = []
    for field in attrs.fields(cls):
        told: _Declaration | None = field.metadata.get(_KEY)
        if told is None:
            raise TypeError(f"{cls.__name__}.{field.name} is no parameter: declare it with param(doc=…)")
        specs.append(
            ParamSpec(
                name=field.name,
                wire=wire_name(field.name),
                type=hints[field.name],
                default=told.default,
                doc=inspect.cleandoc(told.doc),
                example=told.example,
                secret=told.secret,
                variables=told.variables,
                text=told.text,
                code=told.code,
                steps=told.steps,
                check=told.check,
            )
        )
    return tuple(specs)


def change_step_ids(
    params: Mapping[str, Any], cls: type, change: Callable[[str, str], str], path: str = ""
) -> dict[str, Any]:
    """Give a step's parameters with every id of a step in them changed.

    Args:
        params: The parameters as a flow has them.
        cls: The script's class, or that of an entry.
        change: Takes an id and its path below the parameters, and gives the new id.
        path: Where the parameters stand.

    Returns:
        The parameters; what is no id of a step is as it was.
    """
    changed = dict(params)
    for spec in params_of(cls):
        value, where = changed.get(spec.wire), f"{path}.{spec.wire}"
        entry_class = next((each for each in typing.get_args(spec.type) if attrs.has(each)), None)
        if spec.steps and isinstance(value, str) and value:
            changed[spec.wire] = change(value, where)
        elif isinstance(value, list) and entry_class is not None:
            changed[spec.wire] = [
                change_step_ids(each, entry_class, change, f"{where}[{index}]") if isinstance(each, Mapping) else each
                for index, each in enumerate(value)
            ]
    return changed


def wire_name(name: str) -> str:
    """Turn a Python name into its name in flow files: ``file_name`` is ``fileName``.

    Args:
        name: A name in snake_case; a trailing underscore, which keeps it off Python's own names, is dropped.

    Returns:
        The name in camelCase.
    """
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
