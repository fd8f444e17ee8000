"""The ``script`` decorator, and the description of a script that it makes."""

import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar, cast

import attrs

from identitysync.contract.params import ParamSpec, param, params_of
from identitysync.contract.shapes import FlatMapper, Mapper, Shape
from identitysync.values import Record

T = TypeVar("T")
ShapeClass: TypeAlias = type[Shape]
Files: TypeAlias = Mapping[str, str | bytes | None]
_SPEC: Final = "__script_spec__"


@attrs.frozen
class Example:
    """Show a script at work; every example is run as a test where it has an input.

    Attributes:
        doc: What the example shows, in a few words.
        params: The step's ``params`` as a flow file has them.
        before: Records, the text of a file, or, for scripts that turn files into files, names and contents; None when
            the script needs the world.
        after: What comes out, likewise, for a router those that go to each step; the content of a file is None where it
            is not the same on every machine.
    """

    doc: str
    params: dict[str, Any] = attrs.field(factory=dict)
    before: Sequence[Record] | str | Files | None = None
    after: Sequence[Record] | Mapping[str, Any] | str | None = None


@attrs.frozen
class ScriptSpec:
    """Describe a script: the root of its documentation, its validation and its place in a plan.

    Attributes:
        type: The step type, such as ``field.rename``.
        summary: What it does, in one sentence.
        doc: More of it, in Markdown.
        examples: Worked examples.
        cls: The script's class.
        shape: Which shape it has, such as ``Mapper``.
        params: Its parameters.
    """

    type: str
    summary: str
    doc: str
    examples: tuple[Example, ...]
    cls: ShapeClass
    shape: ShapeClass

    @property
    def params(self) -> tuple[ParamSpec, ...]:
        """Its parameters, in order."""
        return params_of(self.cls)


@typing.dataclass_transform(field_specifiers=(param,), frozen_default=True, kw_only_default=True)
def script(type: str, *, summary: str, examples: Sequence[Example] = ()) -> Callable[[T], T]:
    """Declare a script: decorate a class that has a shape, or a function that changes one record.

    A function ``(record) -> record | None`` becomes a ``Mapper``, a generator function becomes a ``FlatMapper``; its
    keyword-only arguments are the script's parameters.

    Args:
        type: The step type under which flows name it.
        summary: What it does, in one sentence.
        examples: Worked examples.

    Returns:
        The decorator.
    """

    def declare(target: Any) -> Any:
        cls = target if inspect.isclass(target) else _class_of(target)
        shape = next((base for base in cls.__mro__ if base.__module__ == Shape.__module__), Shape)
        if shape is Shape:
            raise TypeError(f"{cls.__name__} has no shape: derive it from Mapper, FileReader or another shape")
        cls = cast(ShapeClass, attrs.frozen(kw_only=True)(cls))
        doc = inspect.getdoc(cls) if cls.__doc__ else ""
        setattr(cls, _SPEC, ScriptSpec(type, summary, doc or "", tuple(examples), cls, shape))
        return cls

    return declare


def spec_of(cls: object) -> ScriptSpec | None:
    """Give the description of a script class, or None when it is none.

    Args:
        cls: What an entry point gave.

    Returns:
        The description that ``script`` made.
    """
    found = vars(cls).get(_SPEC) if inspect.isclass(cls) else None
    return cast(ScriptSpec | None, found)


def _class_of(function: Callable[..., Any]) -> type[Shape]:
    hints = typing.get_type_hints(function)
    arguments = inspect.signature(function).parameters.values()
    names = [argument.name for argument in arguments if argument.kind is inspect.Parameter.KEYWORD_ONLY]
    namespace: dict[str, Any] = {
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "__annotations__": {name: hints.get(name, Any) for name in names},
    }
    for argument in arguments:
        if argument.name in names:
            if argument.default is inspect.Parameter.empty:
                raise TypeError(
                    f"the parameter {argument.name} of {function.__name__} needs param(doc=…) as its default"
                )
            namespace[argument.name] = argument.default

    def keywords(self: Any) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    if inspect.isgeneratorfunction(function):

        def expand(self: Any, record: Record) -> Iterator[Record]:
            return cast(Iterator[Record], function(record, **keywords(self)))

        return type(function.__name__, (FlatMapper,), namespace | {"expand": expand})

    def transform(self: Any, record: Record) -> Record | None:
        return cast(Record | None, function(record, **keywords(self)))

    return type(function.__name__, (Mapper,), namespace | {"map": transform})
