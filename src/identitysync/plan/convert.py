"""Values of a flow file into the types that a parameter declares: strict, but for what the declaration allows."""

import re
import types
import typing
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import attrs

from identitysync.contract import ParamSpec, params_of
from identitysync.errors import InvalidParameter
from identitysync.values import FieldPath, Secret

_INTEGER: Final = re.compile(r"[+-]?\d{1,18}")
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")

Complain = Callable[[str, str, str], None]
"""Takes a diagnostic's code, the path below the parameter (``[2].sourceField``) and what is wrong there."""


class _Unfit(Exception):
    """The value does not fit the type; complaints have been made."""


def convert(value: Any, spec: ParamSpec, complain: Complain) -> Any:
    """Turn a value of a flow file into what the parameter holds.

    Args:
        value: The value as it stands in the file.
        spec: The parameter.
        complain: Is told every fault, with its path below the parameter.

    Returns:
        The value for the script's class, or ``attrs.NOTHING`` after a complaint.
    """
    try:
        return _convert(value, spec.type, spec.text, "", complain)
    except _Unfit:
        return attrs.NOTHING


def _convert(value: Any, kind: Any, text: bool, path: str, complain: Complain) -> Any:
    if kind is Any:
        return value
    origin = typing.get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return _union(value, kind, text, path, complain)
    if origin in {list, tuple}:
        return _list(value, typing.get_args(kind)[0], text, path, complain)
    if origin is dict or kind is dict:
        return _expect(isinstance(value, dict), value, "an object", path, complain)
    if attrs.has(kind) and kind not in {FieldPath, Secret}:
        return _entry(value, kind, path, complain)
    try:
        return _scalar(value, kind, text, path, complain)
    except InvalidParameter as fault:
        complain("invalid-parameter", path, str(fault))
        raise _Unfit from fault


def _scalar(value: Any, kind: Any, text: bool, path: str, complain: Complain) -> Any:
    if kind is bool:
        if text and isinstance(value, str) and value.strip().lower() in {"true", "false"}:
            return value.strip().lower() == "true"
        return _expect(isinstance(value, bool), value, "true or false", path, complain)
    if kind is int:
        if text and isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
            return int(value)
        fits = isinstance(value, int) and not isinstance(value, bool)
        return _expect(fits, value, "a whole number", path, complain)
    if kind is float:
        if text and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            return float(value)
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return _expect(fits, value, "a number", path, complain)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        options = {each.value.casefold(): each for each in kind}
        fits = isinstance(value, str) and value.casefold() in options
        _expect(fits, value, f"one of {', '.join(each.value for each in kind)}", path, complain)
        return options[value.casefold()]
    if isinstance(value, Secret) and kind is Secret:
        return value
    if isinstance(value, FieldPath) and kind is FieldPath:
        return value
    _expect(isinstance(value, str), value, "text", path, complain)
    if kind is FieldPath:
        return FieldPath.parse(value)
    if kind is Secret:
        return Secret(value)
    if kind is not str:
        raise TypeError(f"a parameter cannot have the type {kind!r}")
    return value


def _union(value: Any, kind: Any, text: bool, path: str, complain: Complain) -> Any:
    options = [each for each in typing.get_args(kind) if each is not type(None)]
    if value is None and len(options) < len(typing.get_args(kind)):
        return None
    if len(options) == 1:
        return _convert(value, options[0], text, path, complain)
    for option in options:
        try:
            return _convert(value, option, text, path, lambda *_: None)
        except _Unfit:
            continue
    names = " or ".join(getattr(option, "__name__", str(option)) for option in options)
    return _expect(False, value, names, path, complain)


def _list(value: Any, kind: Any, text: bool, path: str, complain: Complain) -> list[Any]:
    if text and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    _expect(isinstance(value, list | tuple), value, "an array", path, complain)
    items = []
    unfit = False
    for index, item in enumerate(value):
        try:
            items.append(_convert(item, kind, text, f"{path}[{index}]", complain))
        except _Unfit:
            unfit = True
    if unfit:
        raise _Unfit
    return items


def _entry(value: Any, kind: Any, path: str, complain: Complain) -> Any:
    if isinstance(value, kind):
        return value
    _expect(isinstance(value, dict), value, "an object", path, complain)
    found: dict[str, Any] = {}
    unfit = False
    specs = {spec.wire: spec for spec in params_of(kind)}
    for spec in specs.values():
        if spec.wire in value:
            try:
                found[spec.name] = _convert(value[spec.wire], spec.type, spec.text, f"{path}.{spec.wire}", complain)
            except _Unfit:
                unfit = True
        elif spec.required:
            complain("missing-parameter", path, f"the entry lacks {spec.wire!r}: {spec.doc}")
            unfit = True
    for key in value:
        if key not in specs:
            complain("unknown-parameter", f"{path}.{key}", f"no such key; the keys are {', '.join(specs)}")
    if unfit:
        raise _Unfit
    return kind(**found)


def _expect(fits: bool, value: Any, words: str, path: str, complain: Complain) -> Any:
    if not fits:
        complain("wrong-type", path, f"expected {words}, found {_show(value)}")
        raise _Unfit
    return value


def _show(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    names = {dict: "an object", list: "an array", bool: str(value).lower(), type(None): "null"}
    return names.get(type(value), repr(value)[:60])
