"""Find the secrets of a flow, wherever its steps' parameters hold them, and put something in their place."""

import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from identitysync.contract import ParamSpec, params_of, spec_of
from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow, Step
from identitysync.registry import Registry
from identitysync.service.vault import SEALED, Vault
from identitysync.values import MASK, FieldPath, Secret

Place: TypeAlias = tuple[str | int, ...]
"""Where a secret stands: the step's id, the parameter, and what is below it."""

Change: TypeAlias = Callable[[Place, Any], Any]

_NAMES: Final = frozenset(
    {"password", "passphrase", "secret", "privatekey", "secretkey", "accesstoken", "clientsecret"}
)
"""Parameters that are secrets even where no installed script declares them."""

_NOT_CLEAR: Final = re.compile(
    r"\$\{(env|file|keyring):[^}]*\}|.*\{\{[^{}]*\}\}.*|.*<\$[^<>]*\$>.*|\.*|" + re.escape(MASK), re.DOTALL
)
"""References to a secret, and what a template leaves to fill in."""


def is_clear(value: Any) -> bool:
    """Tell whether a value of a secret parameter is a secret in clear."""
    return isinstance(value, str) and _NOT_CLEAR.fullmatch(value) is None


def is_sealed(value: Any) -> bool:
    """Tell whether a value is a secret as the store keeps it."""
    return isinstance(value, dict) and set(value) == {SEALED}


def map_secrets(flow: Dataflow, registry: Registry, change: Change) -> Dataflow:
    """Put something in the place of every secret.

    Args:
        flow: The flow.
        registry: Tells which parameters are secrets.
        change: Is given the place and the value of each secret parameter, and gives its new value.

    Returns:
        The new flow.
    """
    return attrs.evolve(flow, steps=[_step(step, registry, change) for step in flow.steps])


def mask(flow: Dataflow, registry: Registry) -> Dataflow:
    """Put ``********`` in the place of every secret in clear; references such as ``${env:NAME}`` stay."""
    return map_secrets(flow, registry, lambda _, value: MASK if is_sealed(value) or is_clear(value) else value)


def open_all(flow: Dataflow, registry: Registry, vault: Vault) -> Dataflow:
    """Decrypt all secrets of a stored flow."""
    return map_secrets(flow, registry, lambda _, value: vault.open(value) if is_sealed(value) else value)


def seal_all(flow: Dataflow, registry: Registry, vault: Vault, stored: Dataflow | None = None) -> Dataflow:
    """Encrypt all secrets in clear; a masked one, and one that has not changed, stays as it is stored.

    Args:
        flow: The flow as it was given.
        registry: Tells which parameters are secrets.
        vault: Encrypts.
        stored: The flow as it is stored.

    Returns:
        The flow as it shall be stored.

    Raises:
        InvalidParameter: A masked secret has no stored one, such as that of a step with a new id; or there is no key.
    """
    kept: dict[Place, Any] = {}
    if stored is not None:
        map_secrets(stored, registry, kept.setdefault)

    def seal(place: Place, value: Any) -> Any:
        old = kept.get(place)
        if value == MASK and old is not None:
            return old
        if value == MASK and stored is not None:  # it would be lost, and nobody would know before the next run
            step, *path = map(str, place)
            message = f"step {step!r}: {'.'.join(path)} is masked ({MASK}), and nothing is stored at that place"
            raise InvalidParameter(f"{message}; write the secret itself, or a reference such as ${{env:NAME}}")
        if not is_clear(value):
            return value
        same = old is not None and is_sealed(old) and vault.open(old) == value
        return old if same else vault.seal(value)

    return map_secrets(flow, registry, seal)


def _step(step: Step, registry: Registry, change: Change) -> Step:
    spec = spec_of(step.script) if step.script else None
    if spec is None and step.type in registry and not registry[step.type].problem:
        spec = registry[step.type].spec
    params = _changed(step.params, {each.wire: each for each in spec.params} if spec else {}, (step.id,), change)
    return Step(step.id, step.type, params, step.next, step.error, step.extra, step.script)


def _changed(given: Mapping[str, Any], specs: Mapping[str, ParamSpec], place: Place, change: Change) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in given.items():
        spec, here = specs.get(name), (*place, name)
        secret = spec.secret if spec else name.lower() in _NAMES
        entry = _entry_of(spec.type) if spec else None
        if secret and (isinstance(value, str) or is_sealed(value)):
            made[name] = change(here, value)
        elif isinstance(value, dict) and entry and not is_sealed(value):
            made[name] = _changed(value, {each.wire: each for each in params_of(entry)}, here, change)
        elif isinstance(value, list):
            below = {each.wire: each for each in params_of(entry)} if entry else {}
            made[name] = [
                _changed(item, below, (*here, index), change)
                if isinstance(item, dict) and not is_sealed(item)
                else (change((*here, index), item) if secret else item)
                for index, item in enumerate(value)
            ]
        else:
            made[name] = value
    return made


def _entry_of(kind: Any) -> type | None:
    """Give the class of an entry, or of the entries of a list."""
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and attrs.has(part) and part not in {FieldPath, Secret}:
            return part
        found = _entry_of(part) if part is not kind else None
        if found is not None:
            return found
    return None
