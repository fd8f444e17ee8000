"""Make a planned script ready for one run: expand its variables, resolve its secrets."""

from collections.abc import Callable
from typing import Any

import attrs

from identitysync.contract import ParamSpec, Shape, params_of
from identitysync.errors import IdentitySyncError, InvalidParameter
from identitysync.values import FieldPath, Secret

Expand = Callable[[str], str]
Resolve = Callable[[str], Secret]


def prepare(script: Shape, step: str, expand: Expand, resolve: Resolve) -> Shape:
    """Give the script as it runs: with ``${now}`` and the like expanded, and ``${env:NAME}`` and the like resolved.

    Args:
        script: The script as planned.
        step: The step's id, for errors.
        expand: Expands the variables in a text.
        resolve: Turns a reference into the secret that it names.

    Returns:
        A script of the same class.

    Raises:
        InvalidParameter: A secret cannot be resolved.
    """
    changed: Shape = _prepared(script, step, expand, resolve)
    return changed


def secrets_of(script: object) -> list[str]:
    """Give the secrets that a prepared script holds, to be masked wherever they turn up.

    Args:
        script: The script, or an entry of one of its lists.

    Returns:
        The secrets in clear; handle with care.
    """
    found: list[str] = []
    kind: type = type(script)
    for spec in params_of(kind):
        value = getattr(script, spec.name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Secret) and each:
                found.append(each.reveal())
            elif _is_entry(each):
                found += secrets_of(each)
    return found


def _prepared(owner: Any, step: str, expand: Expand, resolve: Resolve) -> Any:
    cls: type = type(owner)
    changes: dict[str, Any] = {}
    for spec in params_of(cls):
        old = getattr(owner, spec.name)
        new = _value(old, spec, step, expand, resolve)
        if new is not old:
            changes[spec.name] = new
    return attrs.evolve(owner, **changes) if changes else owner


def _value(value: Any, spec: ParamSpec, step: str, expand: Expand, resolve: Resolve) -> Any:
    if isinstance(value, Secret):
        try:
            return resolve(value.reveal())
        except IdentitySyncError as fault:
            raise InvalidParameter(f"{spec.wire} of step {step!r}: {fault}") from fault
    if isinstance(value, str) and spec.variables:
        return expand(value)
    if isinstance(value, list):
        made = [_value(item, spec, step, expand, resolve) for item in value]
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made
    if _is_entry(value):
        return _prepared(value, step, expand, resolve)
    return value


def _is_entry(value: object) -> bool:
    kind: type = type(value)
    return attrs.has(kind) and not isinstance(value, Secret | FieldPath)
