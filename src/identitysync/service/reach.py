"""What a flow needs of the world: permissions at Gigya, and hosts and ports for those who keep firewalls."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from identitysync.contract import REQUIRED, Lookup, RecordReader, RecordWriter, ScriptSpec
from identitysync.errors import InvalidParameter
from identitysync.gigya import SiteParams
from identitysync.gigya.data_centers import endpoint
from identitysync.model import Dataflow, Step
from identitysync.plan.bind import bind
from identitysync.registry import Registry
from identitysync.values import Site

VIEWERS: Final = "_idx_application_viewers"
"""Who runs flows that read from Gigya belongs to this group of the original."""

EDITORS: Final = "_idx_application_editors"
"""Who runs flows that write to Gigya belongs to this group of the original."""

_PORTS: Final = {"https": 443, "http": 80, "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22}
_NAMESPACES: Final = {"ds": "ds", "audit": "audit", "comment": "comments", "gm": "gm"}
"""The namespaces of Gigya's methods by the last word of a step's type; all others call ``accounts``."""

_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "amazon.s3": ("{bucketName}.s3.{region}.amazonaws.com",),
    "azure.blob": ("{accountName}.blob.core.windows.net",),
    "googlecloud": ("storage.googleapis.com", "oauth2.googleapis.com"),
    "gender": (),  # names are on this machine
}
"""Where steps connect to whose parameters need not say so, by their types without ``datasource.read.`` and the like."""


@attrs.frozen(order=True)
class Address:
    """Where a step connects to.

    Attributes:
        host: The host; what is left to fill in stands as it is.
        port: The port.
        step: The step.
    """

    host: str
    port: int
    step: str


@attrs.frozen
class Reach:
    """What a flow needs of the world.

    Attributes:
        permissions: The groups of the original that somebody who runs it must belong to.
        addresses: Where its steps connect to.
        untold: Steps that leave this machine, and whose scripts do not tell where to.
    """

    permissions: tuple[str, ...]
    addresses: tuple[Address, ...]
    untold: tuple[str, ...]


def reach(flow: Dataflow, registry: Registry, site: Site | None = None) -> Reach:
    """Tell what a flow needs of the world; nothing is opened.

    Args:
        flow: The flow, whose parameters may be left to fill in.
        registry: Where scripts are looked up.
        site: The Gigya site that it runs on.

    Returns:
        Its permissions, hosts and ports.
    """
    permissions: set[str] = set()
    addresses: list[Address] = []
    untold: list[str] = []
    for step in flow.steps:
        bound = bind(step, "", registry, lambda _: None, run=False)
        if bound.spec is None:
            untold.append(step.id)
            continue
        if not bound.spec.cls.edge:
            continue
        values = _values(step, bound.spec)
        if issubclass(bound.spec.cls, SiteParams):
            permissions |= set(_permissions(bound.spec))
            found = list(_gigya(step, values, site))
        else:
            found = list(_elsewhere(step, values))
            service = _SERVICES.get(".".join(step.type.split(".")[2:]))
            if not found and service is not None:
                found = [Address(each.format_map(_Said(values)), 443, step.id) for each in service]
            elif not found and not _is_local(values):
                untold.append(step.id)
        addresses += found
    return Reach(tuple(sorted(permissions, reverse=True)), tuple(dict.fromkeys(addresses)), tuple(untold))


def _permissions(spec: ScriptSpec) -> Iterator[str]:
    if issubclass(spec.cls, RecordReader | Lookup):
        yield VIEWERS
    if issubclass(spec.cls, RecordWriter):
        yield EDITORS


def _values(step: Step, spec: ScriptSpec) -> dict[str, Any]:
    """Give what the step says, else what its script assumes; secrets are left out."""
    assumed = {each.wire: each.default for each in spec.params if each.default is not REQUIRED}
    secrets = {each.wire for each in spec.params if each.secret}
    return {name: value for name, value in {**assumed, **step.params}.items() if name not in secrets}


class _Said(dict[str, Any]):
    """Give what a step says, and a word for what it does not."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in values.items() if value})

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def _gigya(step: Step, values: Mapping[str, Any], site: Site | None) -> Iterator[Address]:
    center = str(values.get("dataCenter") or (site.data_center if site else "us1"))
    url = str(values.get("url") or (site.url if site and site.url else ""))
    method = str(values.get("apiMethod") or "")
    namespace = method.partition(".")[0] or _NAMESPACES.get(step.type.rpartition(".")[2], "accounts")
    try:
        yield from _of_url(step, endpoint(f"{namespace}.x", center, url or None))
    except InvalidParameter:
        yield Address(f"{namespace}.{center}", 443, step.id)


def _elsewhere(step: Step, values: Mapping[str, Any]) -> Iterator[Address]:
    if values.get("host"):
        port = values.get("port") or _PORTS.get(step.type.rpartition(".")[2], 443)
        yield Address(str(values["host"]), int(port) if str(port).isdecimal() else 0, step.id)
    for value in values.values():
        if isinstance(value, str) and "://" in value:
            yield from _of_url(step, value)
        elif isinstance(value, Mapping):  # such as where tokens come from
            yield from _elsewhere(step, {name: text for name, text in value.items() if name.lower().endswith("url")})


def _of_url(step: Step, url: str) -> Iterator[Address]:
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 443)
    except ValueError:  # such as a port that is left to fill in
        port = 0
    if parts.hostname and parts.scheme not in {"file", "memory", "local"}:
        yield Address(parts.hostname, port, step.id)


def _is_local(values: Mapping[str, Any]) -> bool:
    """Tell whether a step works on this machine's files."""
    url = values.get("url")
    return isinstance(url, str) and ("://" not in url or urlsplit(url).scheme in {"file", "memory", "local"})
