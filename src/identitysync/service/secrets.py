"""Find the secrets of a flow, wherever its steps' parameters hold them, and put something in their place.

A place in a list is not its number but what stands there, its secrets masked: whoever moves an item moves its secrets
along. An item that was changed, or one of several that look alike whose number has changed, has no stored secret.
"""

import json
import re
import typing
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from identitysync.contract import ParamSpec, params_of, spec_of
from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow, Step
from identitysync.registry import Registry
from identitysync.service.vault import SEALED, Vault
from identitysync.values import MASK, FieldPath, Secret


@attrs.frozen
class Item:
    """A place in a list.

    Attributes:
        looks: What stands there, its secrets masked, as JSON.
        nth: How many before it look the same.
        alike: How many look the same in all.
        index: Its number, for people.
    """

    looks: str
    nth: int
    alike: int
    index: int = attrs.field(eq=False)

    def __str__(self) -> str:
        return str(self.index)


Place: TypeAlias = tuple[str | Item, ...]
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
    return map_secrets(flow, registry, _masked)


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
        if value == MASK and old is not None and old != MASK:
            return old
        if value == MASK:  # it would be lost, and nobody would know before the next run
            step, *path = map(str, place)
            message = f"step {step!r}: {'.'.join(path)} is masked ({MASK}), and nothing is stored at that place"
            if any(isinstance(part, Item) for part in place):
                message += ", for an item of a list keeps its secrets only as long as nothing else in it changes"
            raise InvalidParameter(f"{message}; write the secret itself, or a reference such as ${{env:NAME}}")
        if not is_clear(value):
            return value
        same = old is not None and is_sealed(old) and vault.open(old) == value
        return old if same else vault.seal(value)

    return map_secrets(flow, registry, seal)


def _masked(_: Place, value: Any) -> Any:
    return MASK if is_sealed(value) or is_clear(value) else value


def _step(step: Step, registry: Registry, change: Change) -> Step:
    spec = spec_of(step.script) if step.script else None
    if spec is None and step.type in registry and not registry[step.type].problem:
        spec = registry[step.type].spec
    known = _Known(specs={each.wire: each for each in spec.params} if spec else None, declared=spec is not None)
    params = _changed(step.params, known, (step.id,), change)
    return Step(step.id, step.type, params, step.next, step.error, step.extra, step.script)


@attrs.frozen
class _Known:
    """What is known of a value.

    Attributes:
        secret: Whether its texts are secrets.
        declared: Whether a script says so, and not its name alone.
        specs: The parameters in it, or in each of its items.
    """

    secret: bool = False
    declared: bool = False
    specs: Mapping[str, ParamSpec] | None = None

    def below(self, name: str) -> "_Known":
        """Tell what is known of the value of that name in it."""
        spec = (self.specs or {}).get(name)
        if spec is None:
            return _Known(secret=self.secret or name.lower() in _NAMES)
        entry = _entry_of(spec.type)
        return _Known(spec.secret, True, {each.wire: each for each in params_of(entry)} if entry else None)


def _changed(value: Any, known: _Known, place: Place, change: Change) -> Any:
    if isinstance(value, str) or is_sealed(value):
        # what was sealed while its script was installed stays a secret when it is not
        kept = not known.declared and (is_sealed(value) or value == MASK)
        return change(place, value) if known.secret or kept else value
    if isinstance(value, Mapping) and (known.specs is not None or not known.declared):
        return {name: _changed(below, known.below(name), (*place, name), change) for name, below in value.items()}
    if isinstance(value, list):
        each = known if known.specs is not None else _Known(known.secret)
        hints = [each if isinstance(item, Mapping) else known for item in value]
        places = _items([_changed(item, hint, (), _masked) for item, hint in zip(value, hints, strict=True)])
        return [_changed(item, hint, (*place, at), change) for item, hint, at in zip(value, hints, places, strict=True)]
    return value


def _items(masked: list[Any]) -> list[Item]:
    looks = [json.dumps(each, sort_keys=True, default=str) for each in masked]
    alike, seen = Counter(looks), Counter[str]()
    found = []
    for index, text in enumerate(looks):
        found.append(Item(text, seen[text], alike[text], index))
        seen[text] += 1
    return found


def _entry_of(kind: Any) -> type | None:
    """Give the class of an entry, or of the entries of a list."""
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and attrs.has(part) and part not in {FieldPath, Secret}:
            return part
        found = _entry_of(part) if part is not kind else None
        if found is not None:
            return found
    return None
