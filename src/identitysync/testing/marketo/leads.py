"""Leads: created, updated, found.

They follow https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.http import Documents
from identitysync.testing.marketo.fields import LeadFields, Reason, reason

_LEAD: Final = "lead"
_SHOWN: Final = ("id", "email", "updatedAt", "createdAt", "firstName", "lastName")

Lead = dict[str, Any]


class Leads:
    """The leads of one instance; each is found by its id, most by their e-mail address."""

    def __init__(self, documents: Documents, fields: LeadFields, clock: Clock, refuses: Callable[[str], bool]) -> None:
        """Go on with what the documents hold.

        Args:
            documents: Keep the leads.
            fields: What leads may hold.
            clock: Tells when they change.
            refuses: Tells e-mail addresses whose leads are skipped.
        """
        self._documents, self._fields, self._clock, self._refuses = documents, fields, clock, refuses
        self._last = 1000
        self._by_email: dict[str, dict[int, None]] = {}  # ids of leads that have, or had, an address
        for lead in self.all():
            self._last = max(self._last, lead["id"])
            self._index(lead)

    def all(self) -> Iterator[Lead]:
        """Give all leads, oldest first."""
        for _, lead in self._documents.documents(self._documents.numbers(_LEAD)):
            yield lead

    def count(self) -> int:
        """Count them."""
        return len(self._documents.numbers(_LEAD))

    def get(self, id: str) -> Lead | None:
        """Give the lead of an id, or None."""
        return self._documents.get(_LEAD, id)

    def add(self, leads: Iterable[Mapping[str, Any]]) -> None:
        """Put leads in; ``createdAt`` and ``updatedAt`` may be given."""
        with self._documents.locked():
            now = stamp(self._clock.now())
            new = [{"createdAt": now, "updatedAt": now, **lead, "id": self._next()} for lead in leads]
            self._keep(new)

    def sync(self, given: Sequence[Any], action: str, lookup: str) -> list[dict[str, Any]]:
        """Create and update leads, and tell for each what became of it."""
        with self._documents.locked():
            now = stamp(self._clock.now())
            changed: dict[str, Lead] = {}
            answers = [self._sync(lead, action, lookup, now, changed) for lead in given]
            self._keep(changed.values())
            return answers

    def find(self, field: str, values: Sequence[str]) -> list[Lead]:
        """Find the leads whose field has one of these values."""
        wanted = {value.casefold() for value in values}
        if field == "id":
            return [lead for value in values if (lead := self.get(value)) is not None]
        if field == "email":
            ids = sorted(id for value in wanted for id in self._by_email.get(value, ()))
            found = [lead for id in ids if (lead := self.get(str(id))) is not None]
            return [lead for lead in found if str(lead.get("email") or "").casefold() in wanted]
        return [lead for lead in self.all() if str(lead.get(field, "")).casefold() in wanted]

    def shown(self, lead: Lead, fields: str) -> Lead:
        """Give of a lead what an answer shows."""
        names = [name.strip() for name in fields.split(",") if name.strip()] or _SHOWN
        return {"id": lead["id"], **{name: lead.get(name) for name in names}}

    def _sync(self, lead: Any, action: str, lookup: str, now: str, changed: dict[str, Lead]) -> dict[str, Any]:
        if not isinstance(lead, dict):
            return skipped(reason("1003", "Invalid data"))
        updating = action == "updateOnly"
        fault = self._fields.fault(lead, may_name_id=updating)
        key = str(lead.get(lookup) or "").casefold()
        if fault is None and not key:
            fault = reason("1002", f"Missing value for the required parameter '{lookup}'")
        if fault is None and self._refuses(str(lead.get("email") or "")):
            fault = reason("1003", "Invalid data")
        found = [] if fault else [changed[key]] if key in changed else self.find(lookup, [key])
        if len(found) > 1:
            fault = reason("1007", "Multiple leads match the lookup criteria")
        if fault is None and not found and updating:
            fault = reason("1004", "Lead not found")
        if found and action == "createOnly":
            fault = reason("1005", "Lead already exists")
        if fault is not None:
            return skipped(fault)
        before: Lead = found[0] if found else {"id": self._next(), "createdAt": now}
        changed[key] = {**before, **lead, "id": before["id"], "updatedAt": now}
        return {"id": before["id"], "status": "updated" if found else "created"}

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _keep(self, leads: Iterable[Lead]) -> None:
        leads = list(leads)
        self._documents.add(_LEAD, ((str(lead["id"]), lead) for lead in leads))
        for lead in leads:
            self._index(lead)

    def _index(self, lead: Lead) -> None:
        email = str(lead.get("email") or "").casefold()
        if email:
            self._by_email.setdefault(email, {})[lead["id"]] = None


def skipped(why: Reason) -> dict[str, Any]:
    """Give the answer to a lead that is not written."""
    return {"status": "skipped", "reasons": [why]}


def stamp(moment: datetime) -> str:
    """Give a moment as Marketo writes it: ISO 8601 in UTC, without milliseconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
