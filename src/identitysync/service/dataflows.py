"""Create, give, change and delete dataflows and drafts, as the original's API does."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import Diagnostic, InvalidDataflow, InvalidParameter, RedundantOperation, Severity
from identitysync.model import Dataflow, DataflowState
from identitysync.plan import check
from identitysync.registry import Registry
from identitysync.service.secrets import mask, open_all, seal_all
from identitysync.service.sites import Sites
from identitysync.service.vault import Vault
from identitysync.stores import FlowStore, stamp
from identitysync.values import Site

KINDS: Final = {"dataflow": DataflowState.PUBLISHED, "dataflow_draft": DataflowState.DRAFT}

_KEPT_BY_US: Final = ("id", "version", "createTime", "updateTime", "lastRuntime", "status")
"""What the service says of a flow; what somebody gives for it does not count."""

_SAYS_WHO: Final = ("updatedByName", "updatedByEmail")
"""What does not make a flow another one."""


class Dataflows:
    """The dataflows and drafts of the service."""

    def __init__(self, flows: FlowStore, vault: Vault, sites: Sites, registry: Registry, clock: Clock) -> None:
        self._flows, self._vault, self._sites, self._registry, self._clock = flows, vault, sites, registry, clock

    def create(self, kind: str, flow: Dataflow, site: Site | str | None) -> str:
        """Store a new flow as version 1.

        Args:
            kind: ``dataflow`` or ``dataflow_draft``.
            flow: The flow; what the service itself says of flows, such as ``id``, is left aside.
            site: The site that it shall run on, or its API key.

        Returns:
            The new id.

        Raises:
            InvalidDataflow: It could not run. A draft may be broken.
            InvalidParameter: It holds a secret in clear, and there is no key.
        """
        if isinstance(site, Site):
            self._sites.learn(site)
        if site is not None:
            flow = attrs.evolve(flow, api_key=site.api_key if isinstance(site, Site) else site)
        id = uuid.uuid4().hex
        now = self._now()
        body = self._body(kind, flow) | {"id": id, "version": 1, "createTime": now, "updateTime": now}
        self._flows.add(kind, id, body)
        return id

    def set(self, kind: str, flow: Dataflow) -> int:
        """Put a whole flow in the place of the stored one; what it does not say is lost, but for masked secrets.

        Args:
            kind: ``dataflow`` or ``dataflow_draft``.
            flow: The flow, with its id.

        Returns:
            The new version.

        Raises:
            RedundantOperation: It is what is stored already.
            NotStored: There is no flow with its id.
            InvalidDataflow: It could not run.
            InvalidParameter: It has no id, or holds a secret in clear and there is no key.
        """
        if not flow.id:
            raise InvalidParameter("this flow has no id, so that it cannot take the place of a stored one; create it")

        def change(stored: Mapping[str, Any]) -> dict[str, Any]:
            body = self._body(kind, flow, Dataflow.from_dict(stored))
            if _content(body) == _content(stored):
                raise RedundantOperation(f"Redundant Operation: the {kind.replace('_', ' ')} {flow.id} has not changed")
            kept = {name: stored[name] for name in ("id", "createTime") if name in stored}
            return body | kept | {"updateTime": self._now()}

        return self._flows.change(kind, flow.id, change)

    def get(self, kind: str, id: str, version: int | None = None) -> Dataflow:
        """Give a flow, its secrets masked."""
        return self.shown(self._flows.get(kind, id, version), self._flows.watermarks() if kind == "dataflow" else {})

    def runnable(self, id: str) -> Dataflow:
        """Give a flow as it runs, its secrets in clear; handle with care."""
        return open_all(Dataflow.from_dict(self._flows.get("dataflow", id)), self._registry, self._vault)

    def shown(self, body: Mapping[str, Any], watermarks: Mapping[str, datetime]) -> Dataflow:
        """Make a flow for people of what is stored."""
        flow = mask(Dataflow.from_dict(body), self._registry)
        return attrs.evolve(flow, last_runtime=watermarks.get(flow.id))

    def duplicate(self, id: str, name: str | None) -> str:
        """Store a copy of a flow, with its secrets, and give the copy's id."""
        body = self._flows.get("dataflow", id)
        now = self._now()
        new = uuid.uuid4().hex
        own = {"id": new, "version": 1, "createTime": now, "updateTime": now}
        self._flows.add("dataflow", new, body | {"name": name or f"Copy of {body.get('name', '')}"} | own)
        return new

    def _body(self, kind: str, flow: Dataflow, stored: Dataflow | None = None) -> dict[str, Any]:
        """Make what is stored of what was given, and refuse what could not run."""
        plain = {name: value for name, value in flow.to_dict().items() if name not in _KEPT_BY_US}
        flow = Dataflow.from_dict(plain)  # classes that are known in this process alone do not travel
        if kind == "dataflow":
            self._refuse_broken(flow)
        body = seal_all(flow, self._registry, self._vault, stored).to_dict()
        return body | {"status": KINDS[kind].value}

    def _refuse_broken(self, flow: Dataflow) -> None:
        faults: list[Diagnostic] = [*check(flow, self._registry), *self._sites.check(flow, self._registry)]
        if any(fault.severity is Severity.ERROR for fault in faults):
            raise InvalidDataflow(faults)

    def _now(self) -> str:
        return stamp(self._clock.now())


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in (*_KEPT_BY_US, *_SAYS_WHO)}
