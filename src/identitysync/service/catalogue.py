"""What the service keeps: dataflows, drafts and schedulings, by the calls of the original's API, and searches."""

from typing import Any, Literal, overload

from identitysync.model import Dataflow, Scheduling
from identitysync.service.dataflows import Dataflows
from identitysync.service.schedulings import Schedulings
from identitysync.service.searching import Found, Searches
from identitysync.stores import ServiceStore
from identitysync.values import Site


class Catalogue:
    """The part of ``IdentitySync`` that keeps and finds; it runs nothing."""

    def __init__(self, store: ServiceStore, flows: Dataflows, schedulings: Schedulings, searches: Searches) -> None:
        self._store, self._flows, self._schedulings, self._searches = store, flows, schedulings, searches

    def create_dataflow(self, flow: Dataflow, *, site: Site | str | None = None) -> str:
        """Store a new dataflow.

        Args:
            flow: The flow; its id, version, times and status are the service's affair.
            site: The Gigya site that it shall run on, or that site's API key: sets ``apiKey``.

        Returns:
            Its id.

        Raises:
            InvalidDataflow: It could not run, or its Gigya steps find no site; every fault is named.
            InvalidParameter: It holds a secret in clear, and there is no key.
        """
        return self._flows.create("dataflow", flow, site)

    def get_dataflow(self, id: str, version: int | None = None) -> Dataflow:
        """Give a dataflow; secrets in clear are masked as ``********``.

        Args:
            id: Its id.
            version: An earlier version; None is the present one.

        Returns:
            The flow.

        Raises:
            NotStored: There is no such flow or version.
        """
        return self._flows.get("dataflow", id, version)

    def set_dataflow(self, flow: Dataflow) -> int:
        """Put a whole dataflow in the place of the stored one with its id; masked secrets stay as they are stored.

        Args:
            flow: The flow; what it does not say is lost.

        Returns:
            The new version.

        Raises:
            RedundantOperation: It is what is stored already (code 403200).
            NotStored: There is no flow with its id.
            InvalidDataflow: It could not run.
            InvalidParameter: It has no id, or holds a secret in clear and there is no key.
        """
        return self._flows.set("dataflow", flow)

    def delete_dataflow(self, id: str) -> None:
        """Remove a dataflow with its versions and schedulings; the rows of its jobs stay.

        Raises:
            NotStored: There is no such flow.
        """
        self._store.flows.delete("dataflow", id)

    def duplicate_dataflow(self, id: str, *, name: str | None = None) -> str:
        """Store a copy of a dataflow, with its secrets and without its schedulings.

        Args:
            id: The flow.
            name: The copy's name; ``Copy of …`` when it is not given.

        Returns:
            The copy's id.

        Raises:
            NotStored: There is no such flow.
        """
        return self._flows.duplicate(id, name)

    def create_dataflow_draft(self, flow: Dataflow, *, site: Site | str | None = None) -> str:
        """Store a new draft, which may be broken and never runs; arguments and answer as in ``create_dataflow``."""
        return self._flows.create("dataflow_draft", flow, site)

    def get_dataflow_draft(self, id: str, version: int | None = None) -> Dataflow:
        """Give a draft; arguments and answer as in ``get_dataflow``."""
        return self._flows.get("dataflow_draft", id, version)

    def set_dataflow_draft(self, flow: Dataflow) -> int:
        """Put a whole draft in the place of the stored one; arguments and answer as in ``set_dataflow``."""
        return self._flows.set("dataflow_draft", flow)

    def delete_dataflow_draft(self, id: str) -> None:
        """Remove a draft with its versions."""
        self._store.flows.delete("dataflow_draft", id)

    def create_scheduling(self, scheduling: Scheduling) -> str:
        """Store a new scheduling; without a start it is due now.

        Args:
            scheduling: The scheduling.

        Returns:
            Its id.

        Raises:
            InvalidParameter: It could not run, or its name is taken.
            NotStored: Its dataflow is not stored.
        """
        return self._schedulings.create(scheduling)

    def get_scheduling(self, id: str) -> Scheduling:
        """Give a scheduling as it stands now, with its next start and its current or last job."""
        return self._schedulings.get(id)

    def set_scheduling(self, scheduling: Scheduling) -> None:
        """Put a whole scheduling in the place of the stored one with its id; what it does not say is lost.

        Args:
            scheduling: The scheduling. Its slots are counted anew when its start, frequency, days or zone change.

        Raises:
            RedundantOperation: It is what is stored already (code 403200).
            NotStored: There is no scheduling with its id, or its dataflow is not stored.
            InvalidParameter: It could not run, or its name is taken.
        """
        self._schedulings.set(scheduling)

    def delete_scheduling(self, id: str) -> None:
        """Remove a scheduling; a job of it that runs goes on."""
        self._schedulings.delete(id)

    @overload
    def search(self, query: str, *, wire: Literal[False] = False) -> list[Found]: ...

    @overload
    def search(
        self, query: str | None = None, *, wire: Literal[True], open_cursor: bool = False, cursor_id: str | None = None
    ) -> dict[str, Any]: ...

    def search(
        self, query: str | None = None, *, wire: bool = False, open_cursor: bool = False, cursor_id: str | None = None
    ) -> list[Found] | dict[str, Any]:
        """Search what is kept, by the original's SQL-like language.

        Tables: ``dataflow``, ``dataflow_draft``, ``dataflow_version``, ``dataflow_draft_version``, ``scheduling``,
        ``idx_job_status``, ``script``.

        Args:
            query: Such as ``SELECT * FROM idx_job_status WHERE dataflowId='…' ORDER BY updateTime DESC LIMIT 5``.
            wire: Whether to answer with the envelope of the original's API.
            open_cursor: With ``wire``: give a page of ``LIMIT`` rows, and ``nextCursorId`` while there are more.
            cursor_id: With ``wire``: give the next page of a cursor.

        Returns:
            Typed objects for ``SELECT *``, records for anything else; or the envelope.

        Raises:
            QueryError: The query is wrong; the error points at the place.
            InvalidParameter: There is no such cursor.
        """
        if wire or query is None:
            return self._searches.answer(query, open_cursor=open_cursor, cursor_id=cursor_id)
        return self._searches.search(query)
