"""The translation between the model and the original's JSON: strict, with a path for every fault."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.errors import ClassValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from identitysync.contract.params import wire_name
from identitysync.errors import Diagnostic, InvalidDataflow, InvalidParameter
from identitysync.model import json_file
from identitysync.model.dataflow import Dataflow, DataflowState
from identitysync.model.jobs import JobState, LogLevel
from identitysync.model.scheduling import FrequencyType, MissedSlots, Scheduling
from identitysync.model.step import Step

T = TypeVar("T")

_LOCAL = {"script"}
"""Attributes that never travel."""

_TEXT_NUMBERS = {(Scheduling, "frequency_interval"), (Scheduling, "limit")}
"""Numbers that real clients send as text."""


def flow_from_json(text: str | bytes) -> Dataflow:
    """Read a flow from JSON text."""
    return flow_from_dict(json_file.loads(text))


def flow_from_dict(data: Any) -> Dataflow:
    """Read a flow from a JSON object."""
    try:
        return converter().structure(data, Dataflow)
    except (ClassValidationError, _Fault) as fault:
        raise InvalidDataflow(_diagnostics(fault)) from None


def from_dict(data: Any, cls: type[T]) -> T:
    """Read any other object of the model from a JSON object."""
    try:
        return converter().structure(data, cls)
    except (ClassValidationError, _Fault) as fault:
        listed = "\n".join(f"  {each.path}: {each.message}" for each in _diagnostics(fault))
        raise InvalidParameter(f"this is no {cls.__name__}:\n{listed}") from None


def to_dict(value: Any) -> dict[str, Any]:
    """Give the JSON object of a model object."""
    plain: dict[str, Any] = converter().unstructure(value)
    return plain


def to_json(value: Any) -> str:
    """Give the JSON text of a model object, indented for people."""
    return json_file.dumps(to_dict(value))


def _diagnostics(fault: Exception) -> list[Diagnostic]:
    if not isinstance(fault, ClassValidationError):
        return [Diagnostic("malformed", "$", str(fault))]
    lines = transform_error(fault, path="$", format_exception=_words)
    parts = [line.rpartition(" @ ") for line in lines]
    return [Diagnostic("malformed", _path(path), message) for message, _, path in parts]


def _words(fault: BaseException, _: Any) -> str:
    return f"{fault.args[0]!r} is missing" if isinstance(fault, KeyError) else str(fault)


def _path(path: str) -> str:
    """Turn the Python names in cattrs' path into those of the file."""
    return ".".join(wire_name(part) if part.isidentifier() else part for part in path.split("."))


class _Fault(ValueError):
    """A value that its field cannot hold; the text is for people."""


@cache
def converter() -> Converter:
    """Make the translator, once."""
    made = Converter(forbid_extra_keys=False, detailed_validation=True)
    for kind, words in ((str, "text"), (bool, "true or false"), (int, "a whole number"), (float, "a number")):
        made.register_structure_hook(kind, _strict(kind, words))
    for choice in (DataflowState, FrequencyType, JobState, LogLevel, MissedSlots):
        made.register_structure_hook(choice, _enum)
    made.register_structure_hook(datetime, lambda value, _: read_time(value))
    made.register_unstructure_hook(datetime, write_time)
    made.register_structure_hook(Path, lambda value, _: Path(_require(value, str, "a path")))
    made.register_unstructure_hook(Path, str)
    made.register_structure_hook_func(_is_sequence, lambda value, kind: _sequence(made, value, kind))
    made.register_structure_hook_func(_is_mapping, lambda value, kind: _mapping(made, value, kind))
    for union in (int | str, int | str | None):
        made.register_structure_hook(union, lambda value, _: _require(value, (int, str), "a number or text"))
    made.register_structure_hook_factory(attrs.has, lambda cls: _reader(made, cls))
    made.register_unstructure_hook_factory(attrs.has, lambda cls: _writer(made, cls))
    return made


def read_time(value: Any) -> datetime:
    """Read a moment as real clients write it: ISO 8601, or ``yyyy-MM-dd HH:mm:ss``; without a zone it is UTC."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    raise _Fault(f"expected a time such as 2026-01-31T23:59:59.000Z, found {_show(value)}")


def write_time(moment: datetime) -> str:
    """Write a moment as the original does: UTC, milliseconds, ``Z``; finer than that only where there is more."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond % 1000 else "milliseconds") + "Z"


def _reader(made: Converter, cls: type[Any]) -> Callable[[Any, Any], Any]:
    fields = [field for field in attrs.fields(cls) if field.name not in _LOCAL]
    names = {wire_name(field.name): field.name for field in fields if field.name != "extra"}
    overrides = {field.name: override(rename=wire_name(field.name)) for field in fields}
    overrides |= {name: override(omit=True) for name in _LOCAL if name in attrs.fields_dict(cls)}
    for owner, name in _TEXT_NUMBERS:
        if owner is cls:
            overrides[name] = override(rename=wire_name(name), struct_hook=_number_or_text)
    read = make_dict_structure_fn(cls, made, _cattrs_forbid_extra_keys=False, **overrides)  # type: ignore[arg-type]
    keeps_extra = "extra" in attrs.fields_dict(cls)

    def structure(value: Any, kind: Any) -> Any:
        given = _require(value, Mapping, "an object")
        known = {key: item for key, item in given.items() if key in names and not _is_default(cls, names[key], item)}
        if keeps_extra:
            known["extra"] = {key: item for key, item in given.items() if key not in names}
        return read(known, kind)

    return structure


def _is_default(cls: type[Any], name: str, item: Any) -> bool:
    """Tell whether null stands for a field whose absence means the same."""
    field = attrs.fields_dict(cls)[name]
    return item is None and (field.default is not attrs.NOTHING or cls is Step)


def _writer(made: Converter, cls: type[Any]) -> Callable[[Any], dict[str, Any]]:
    fields = {
        field.name: override(rename=wire_name(field.name)) for field in attrs.fields(cls) if field.name not in _LOCAL
    }
    fields |= {name: override(omit=True) for name in _LOCAL if name in attrs.fields_dict(cls)}
    write = make_dict_unstructure_fn(cls, made, **fields)  # type: ignore[arg-type]

    def unstructure(value: Any) -> dict[str, Any]:
        plain: dict[str, Any] = write(value)
        extra = plain.pop("extra", {})
        texts = {key: item.value if isinstance(item, Enum) else item for key, item in plain.items()}
        kept = {key: item for key, item in texts.items() if item is not None and item not in ("", (), [], {})}
        return {**kept, **extra}

    return unstructure


def _strict(kind: type, words: str) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise _Fault(f"expected {words}, found {_show(value)}")
        return value

    return structure


def _number_or_text(value: Any, _: Any) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    number: int = _require(value, int, "a whole number")
    return number


def _require(value: Any, kind: Any, words: str) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _Fault(f"expected {words}, found {_show(value)}")
    return value


def _enum(value: Any, kind: Any) -> Any:
    options = [each.value for each in kind]
    if value not in options:
        raise _Fault(f"expected one of {', '.join(options)}, found {_show(value)}")
    return kind(value)


def _is_sequence(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _sequence(made: Converter, value: Any, kind: Any) -> tuple[Any, ...]:
    items = _require(value, list | tuple, "an array")
    return tuple(made.structure(items, list[kind.__args__[0]]))


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _mapping(made: Converter, value: Any, kind: Any) -> dict[str, Any]:
    given = _require(value, Mapping, "an object")
    return dict(made.structure(given, dict[str, kind.__args__[1]]))


def _show(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {value!r}"
    return {dict: "an object", list: "an array", type(None): "null"}.get(type(value), repr(value).lower())
