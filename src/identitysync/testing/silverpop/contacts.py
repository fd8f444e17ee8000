"""The contacts of one database; a contact is found by the columns that an import names, else by its e-mail address."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.http import Documents

EMAIL: Final = "Email"
_CONTACT: Final = "contact"
_KEY: Final = "key"

Contact = dict[str, Any]


class Contacts:
    """Keep contacts, whose values are texts."""

    def __init__(
        self, documents: Documents, columns: Sequence[str], clock: Clock, refuses: Callable[[str], bool]
    ) -> None:
        """Go on with what the documents hold.

        Args:
            documents: Keep the contacts.
            columns: The columns of the database.
            clock: Tells when they change.
            refuses: Tells e-mail addresses that are bad records.
        """
        self._documents, self._clock, self._refuses = documents, clock, refuses
        self._last = self.count()
        self.columns = [EMAIL, *(column for column in columns if column.casefold() != EMAIL.casefold())]

    def column(self, name: str) -> str | None:
        """Give a column by its name, whose case counts but for the e-mail address; None when there is none."""
        if name.casefold() == EMAIL.casefold():
            return EMAIL
        return name if name in self.columns else None

    def all(self) -> Iterator[Contact]:
        """Give all contacts: ``values``, ``opted_out``, and when they were ``modified``."""
        for _, contact in self._documents.documents(self._documents.numbers(_CONTACT)):
            yield contact

    def count(self) -> int:
        """Count them."""
        return len(self._documents.numbers(_CONTACT))

    def find(self, email: str) -> Contact | None:
        """Give the contact with an e-mail address, or None."""
        return self._get([EMAIL], {EMAIL: email})

    def add(self, contacts: Iterable[Mapping[str, str]], *, modified: datetime | None = None) -> None:
        """Put contacts in, each a mapping of columns to texts."""
        for values in contacts:
            self.put([EMAIL], values, modified=modified)

    def fault(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """Tell how a row that cannot be a contact is counted, and why."""
        email = values.get(EMAIL, "")
        if "@" not in email.strip("@"):
            return "BAD_ADDRESSES", "invalid e-mail address"
        return ("BAD_RECORDS", "refused") if self._refuses(email) else None

    def put(self, keys: Sequence[str], values: Mapping[str, str], *, modified: datetime | None = None) -> bool:
        """Add a contact or update it; tell whether it was there."""
        with self._documents.locked():
            before = self._get(keys, values)
            if before is None:
                self._last += 1
            number = before["number"] if before else self._last
            whole = {**(before["values"] if before else {}), **values}
            contact: Contact = {
                "number": number,
                "values": whole,
                "opted_out": bool(before and before["opted_out"]),
                "modified": (modified or self._clock.now()).astimezone(UTC).isoformat(),
            }
            self._documents.add(_CONTACT, [(str(number), contact)])
            self._documents.add(_KEY, [(_name([EMAIL], whole), {"number": number})])
            if list(keys) != [EMAIL]:
                self._documents.add(_KEY, [(_name(keys, whole), {"number": number})])
            return before is not None

    def opt_out(self, keys: Sequence[str], values: Mapping[str, str]) -> bool:
        """Opt a contact out; tell whether it was there."""
        with self._documents.locked():
            contact = self._get(keys, values)
            if contact is not None:
                self._documents.add(_CONTACT, [(str(contact["number"]), {**contact, "opted_out": True})])
            return contact is not None

    def _get(self, keys: Sequence[str], values: Mapping[str, str]) -> Contact | None:
        found = self._documents.get(_KEY, _name(keys, values))
        return self._documents.get(_CONTACT, str(found["number"])) if found else None


def _name(keys: Sequence[str], values: Mapping[str, str]) -> str:
    return repr([(key, values.get(key, "").casefold()) for key in keys])
