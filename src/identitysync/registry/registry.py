"""The registry: an immutable mapping from step types to descriptions, which load when looked into."""

import difflib
import importlib
from collections.abc import Iterator, Mapping
from functools import cached_property

import attrs

from identitysync.contract import ParamSpec, ScriptSpec, spec_of
from identitysync.errors import PluginError


@attrs.frozen
class Offer:
    """What one package registered for a step type.

    Attributes:
        package: The package's name.
        value: Where the class is: ``module:Class``.
    """

    package: str
    value: str

    def load(self) -> ScriptSpec:
        """Import the class.

        Returns:
            Its description.

        Raises:
            PluginError: It cannot be imported, or is no script; the package is named.
        """
        module, _, name = self.value.partition(":")
        try:
            cls = getattr(importlib.import_module(module), name)
        except Exception as fault:
            reason = f"{type(fault).__name__}: {fault}"
            raise PluginError(
                f"the package {self.package} offers {self.value}, which fails to load: {reason}"
            ) from fault
        spec = spec_of(cls)
        if spec is None:
            raise PluginError(f"the package {self.package} offers {self.value}, which is no class made by @script")
        return spec


@attrs.frozen(slots=False)
class ScriptDescription:
    """Describe what is registered for a step type, be it usable or not.

    Attributes:
        type: The step type.
        offers: Who registered it; more than one is a clash, and no flow can use it.
    """

    type: str
    offers: tuple[Offer, ...]

    @property
    def package(self) -> str:
        """The package that offers it; several are joined by ``and``."""
        return " and ".join(offer.package for offer in self.offers)

    @cached_property
    def problem(self) -> str:
        """Why no flow can use it; empty when all is well."""
        try:
            self.spec  # noqa: B018 - loading it is the question
        except PluginError as fault:
            return str(fault)
        return ""

    @cached_property
    def spec(self) -> ScriptSpec:
        """The script itself.

        Raises:
            PluginError: It cannot be used; the package at fault is named.
        """
        if len(self.offers) > 1:
            claims = ", ".join(f"{offer.package} ({offer.value})" for offer in self.offers)
            raise PluginError(f"several packages offer {self.type}: {claims}; remove all but one")
        spec = self.offers[0].load()
        if spec.type.casefold() != self.type.casefold():
            offer = self.offers[0].value
            raise PluginError(
                f"the package {self.package} offers {offer} as {self.type}, but it calls itself {spec.type}"
            )
        return spec

    @property
    def summary(self) -> str:
        """What it does, in one sentence; for what cannot be used, why not."""
        return self.problem or self.spec.summary

    @property
    def params(self) -> tuple[ParamSpec, ...]:
        """Its parameters; none for what cannot be used."""
        return () if self.problem else self.spec.params

    def __repr__(self) -> str:
        return f"<{self.type}: {self.summary}>"

    def _repr_html_(self) -> str:
        cells = ((each.wire, "required" if each.required else repr(each.default), each.doc) for each in self.params)
        from html import escape

        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
        return f"<b>{escape(self.type)}</b><p>{escape(self.summary)}</p><table>{rows}</table>"


class Registry(Mapping[str, ScriptDescription]):
    """Map step types to descriptions of scripts; immutable, and nothing loads before it is looked into."""

    def __init__(self, offers: Mapping[str, tuple[Offer, ...]]) -> None:
        self._descriptions = {name: ScriptDescription(name, claims) for name, claims in offers.items()}
        self._folded = {name.casefold(): name for name in self._descriptions}

    def __getitem__(self, type: str) -> ScriptDescription:
        name = self._folded.get(type.strip().casefold())
        if name is None:
            raise KeyError(type)
        return self._descriptions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._descriptions)

    def __len__(self) -> int:
        return len(self._descriptions)

    def __repr__(self) -> str:
        return f"<{len(self)} scripts: {', '.join(self)}>"

    def suggest(self, type: str) -> str:
        """Name what somebody may have meant.

        Args:
            type: A step type that is not registered.

        Returns:
            A sentence for a hint.
        """
        close = difflib.get_close_matches(type.casefold(), self._folded, 3, 0.7)
        if close:
            return f"did you mean {' or '.join(self._folded[each] for each in close)}?"
        return "a package that offers it must be installed; 'identitysync scripts' lists what is there"
