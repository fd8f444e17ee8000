"""Find the scripts that installed packages offer."""

from functools import cache
from typing import Final

from identitysync.registry.registry import Offer, Registry

GROUP: Final = "identitysync.scripts"
"""The entry-point group: the name is the step type, the value is the class."""


@cache
def discover() -> Registry:
    """Read the entry points of all installed packages, once; nothing is imported yet.

    Returns:
        The registry.
    """
    from importlib.metadata import entry_points

    offers: dict[str, list[Offer]] = {}
    name_of = cache(lambda dist: dist.name)  # which reads the package's whole description each time
    for point in entry_points(group=GROUP):
        package = name_of(point.dist) if point.dist else "an unknown package"
        offer = Offer(package, point.value)
        known = offers.setdefault(point.name, [])
        if offer not in known:  # an editable install may list itself twice
            known.append(offer)
    return Registry({name: tuple(offers[name]) for name in sorted(offers)})
