"""``Step``: a script with its parameters, and where it leads."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from identitysync.contract import ShapeClass, spec_of
from identitysync.errors import InvalidParameter


def _ids(value: Iterable[str] | str | None) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidParameter(f"next and error are lists of step ids; found the text {value!r}")
    return tuple(value or ())


def _params(value: Mapping[str, Any] | None) -> dict[str, Any]:
    return copy.deepcopy(dict(value or {}))


def _type(value: str | ShapeClass) -> str:
    if isinstance(value, str):
        return value.strip()
    spec = spec_of(value)
    if spec is None:
        raise InvalidParameter(f"a step's type is a text or a class made by @script; found {value!r}")
    return spec.type


@attrs.frozen(hash=False, init=False)
class Step:
    """One step of a dataflow: a script with its parameters, joined to others by ``next`` and ``error``.

    Attributes:
        id: Its name inside the flow; unique there.
        type: The type of its script, such as ``field.rename``. A class made by ``@script`` may be given instead, which
            needs no registration and stays in this process.
        params: The script's parameters, named as in the original (camelCase).
        next: The ids of the steps that get what it gives; several are a split, none is an end.
        error: The ids of the steps that get the records it rejects.
        extra: Keys of the JSON that the library does not know; they are kept and given back.
        script: The class, when ``type`` was one.
    """

    id: str
    type: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    next: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    script: ShapeClass | None = attrs.field(default=None, repr=False, eq=False)

    def __init__(
        self,
        id: str,
        type: str | ShapeClass,
        params: Mapping[str, Any] | None = None,
        next: Iterable[str] = (),
        error: Iterable[str] = (),
        extra: Mapping[str, Any] | None = None,
        script: ShapeClass | None = None,
    ) -> None:
        script = script if isinstance(type, str) else type
        self.__attrs_init__(id, _type(type), _params(params), _ids(next), _ids(error), _params(extra), script)
