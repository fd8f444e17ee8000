"""The subscribers of a list: how they come, change, leave, and are found."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.campaignmonitor import failures
from identitysync.testing.http import Documents

STATES: Final = ("Active", "Unconfirmed", "Unsubscribed", "Bounced", "Deleted")

_SUBSCRIBER: Final = "subscriber"
_SUPPRESSED: Final = "suppressed"
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_CONSENTS: Final = frozenset({"Yes", "No", "Unchanged"})
_ORDERS: Final = {"email": "EmailAddress", "name": "Name", "date": "StateChangedDate"}

Subscriber = dict[str, Any]


class Failure(Exception):
    """A subscriber is not taken.

    Attributes:
        code: Why: a code and a message.
    """

    def __init__(self, code: failures.Code) -> None:
        """Refuse."""
        super().__init__(code[1])
        self.code = code


class KeptList:
    """Keep subscribers; several steps are one under ``documents.locked()``."""

    def __init__(
        self, documents: Documents, fields: Mapping[str, str], refused: Callable[[str], bool], clock: Clock
    ) -> None:
        """Begin with those that the documents hold.

        Args:
            documents: Where they are kept.
            fields: The list's custom fields: keys without brackets, and data types.
            refused: Tells which addresses are refused.
            clock: Tells the time.
        """
        self._documents, self._fields, self._refused, self._clock = documents, fields, refused, clock
        self._found: dict[tuple[str, ...], list[tuple[str, int]]] = {}

    def put(self, subscribers: Iterable[Mapping[str, Any]]) -> None:
        """Put subscribers in, over those of the same address, whatever the rules say."""
        now = self._now()
        kept = []
        for given in subscribers:
            dates = {"StateChangedDate": now, "ListJoinedDate": now}
            fresh = {
                "EmailAddress": "",
                "Name": "",
                "State": "Active",
                "CustomFields": [],
                "ConsentToTrack": "Unchanged",
            }
            kept.append({**fresh, **dates, "ReadsEmailWith": "", **given})
        self._keep(kept)

    def everybody(self) -> list[Subscriber]:
        """Give all subscribers, whatever their state."""
        return [each for _, each in self._documents.documents(self._documents.numbers(_SUBSCRIBER))]

    def count(self) -> int:
        """Tell how many subscribers there are, whatever their state."""
        return len(self._documents.numbers(_SUBSCRIBER))

    def get(self, address: str) -> Subscriber | None:
        """Give a subscriber, if there is one of that address."""
        return self._documents.get(_SUBSCRIBER, address.lower())

    def suppress(self, address: str) -> None:
        """Put an address on the suppression list."""
        self._documents.add(_SUPPRESSED, [(address.lower(), {})])

    def find(self, state: str, since: str, order: str, *, down: bool) -> Sequence[int]:
        """Give the numbers of the subscribers of a state, in order; remembered, until somebody is written.

        Args:
            state: The state.
            since: Only those who came into the state at that moment or later; empty for all.
            order: ``email``, ``name`` or ``date``.
            down: Whether the last come first.
        """
        key = (state, since, order, str(down))
        with self._documents.locked():
            if key not in self._found:
                everybody = self._documents.documents(self._documents.numbers(_SUBSCRIBER))
                fits = (
                    (str(each[_ORDERS[order]]).lower(), number)
                    for number, each in everybody
                    if each["State"] == state and each["StateChangedDate"] >= since
                )
                self._found[key] = sorted(fits, reverse=down)
            return [number for _, number in self._found[key]]

    def page(self, numbers: Sequence[int]) -> list[Subscriber]:
        """Give the subscribers of these numbers."""
        return [each for _, each in self._documents.documents(numbers)]

    def write(self, given: Mapping[str, Any], *, resubscribe: bool) -> bool:
        """Add or change a subscriber.

        Args:
            given: What was sent.
            resubscribe: Whether somebody who has left comes back.

        Returns:
            Whether the subscriber is new.

        Raises:
            Failure: It is not taken.
        """
        with self._documents.locked():
            old, made = self._made(given, resubscribe=resubscribe)
            self._keep([made])
            return old is None

    def write_all(self, subscribers: Sequence[Mapping[str, Any]], *, resubscribe: bool) -> dict[str, Any]:
        """Import subscribers, each for itself.

        Returns:
            The counts, and who was not taken.
        """
        made: dict[str, Subscriber] = {}
        twice, failed, new = [], [], 0
        seen: set[str] = set()
        with self._documents.locked():
            for given in subscribers:
                address = str(given.get("EmailAddress", ""))
                if address.lower() in seen:
                    twice.append(address)
                seen.add(address.lower())
                try:
                    old, subscriber = self._made(given, resubscribe=resubscribe)
                except Failure as failure:
                    code, message = failure.code
                    failed.append({"EmailAddress": address, "Code": code, "Message": message})
                else:
                    new += old is None and address.lower() not in made
                    made[address.lower()] = subscriber
            self._keep(list(made.values()))
        return {
            "TotalUniqueEmailsSubmitted": len(seen), "TotalExistingSubscribers": len(made) - new,
            "TotalNewSubscribers": new, "DuplicateEmailsInSubmission": twice, "FailureDetails": failed,
        }  # fmt: skip

    def change_state(self, address: str, state: str, *, only: Sequence[str] = STATES) -> None:
        """Bring a subscriber into another state.

        Raises:
            Failure: There is none of that address, in one of the states ``only``.
        """
        if not _ADDRESS.fullmatch(address):
            raise Failure(failures.BAD_ADDRESS)
        with self._documents.locked():
            old = self.get(address)
            if old is None or old["State"] not in only:
                raise Failure(failures.NOT_IN_LIST)
            self._keep([{**old, "State": state, "StateChangedDate": self._now()}])

    def update(self, address: str, given: Mapping[str, Any], *, resubscribe: bool) -> None:
        """Change a subscriber of any state, which stays as it is unless that is wanted.

        Args:
            address: The address that is known.
            given: What was sent, with the address that the subscriber shall have.
            resubscribe: Whether somebody who has left comes back.

        Raises:
            Failure: There is none of that address, or what was sent is not taken.
        """
        self._check(given)
        with self._documents.locked():
            old = self.get(address)
            if old is None or old["State"] == "Deleted":
                raise Failure(failures.NOT_IN_LIST)
            made = self._changed({**old, "EmailAddress": given["EmailAddress"]}, given, active=resubscribe)
            self._documents.delete(_SUBSCRIBER, address.lower())
            self._keep([made])

    def _made(self, given: Mapping[str, Any], *, resubscribe: bool) -> tuple[Subscriber | None, Subscriber]:
        address = self._check(given)
        old = self.get(address)
        suppressed = self._documents.get(_SUPPRESSED, address.lower()) is not None
        state = "Suppressed" if suppressed else old["State"] if old else "Active"
        if state in failures.BACK_ONLY_ON_DEMAND and not resubscribe:
            raise Failure(failures.BACK_ONLY_ON_DEMAND[state])
        now = self._now()
        fresh = {"EmailAddress": address, "Name": "", "StateChangedDate": now, "ListJoinedDate": now, "State": "Active"}
        made: Subscriber = {
            **fresh,
            "CustomFields": [],
            "ReadsEmailWith": "",
            "ConsentToTrack": "Unchanged",
            **(old or {}),
        }
        return old, self._changed(made, given, active=True)

    def _check(self, given: Mapping[str, Any]) -> str:
        address = str(given.get("EmailAddress", ""))
        if not _ADDRESS.fullmatch(address) or self._refused(address):
            raise Failure(failures.BAD_ADDRESS)
        if given.get("ConsentToTrack") not in _CONSENTS:
            raise Failure(failures.NO_CONSENT)
        return address

    def _changed(self, made: Subscriber, given: Mapping[str, Any], *, active: bool) -> Subscriber:
        if active and made["State"] != "Active":
            made |= {"State": "Active", "StateChangedDate": self._now()}
        for name in ("Name", "MobileNumber", "ConsentToSendSms"):
            if name in given:
                made[name] = given[name]
        if given["ConsentToTrack"] != "Unchanged":
            made["ConsentToTrack"] = given["ConsentToTrack"]
        made["CustomFields"] = self._merged(made["CustomFields"], given.get("CustomFields") or ())
        return made

    def _merged(self, old: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put values over those that are there, key by key; keys that the list has not are passed over."""
        sent: dict[str, list[str]] = {}
        for field in given:
            key = str(field.get("Key", "")).removeprefix("[").removesuffix("]")
            if key in self._fields:
                values = sent.setdefault(key, [])
                if not field.get("Clear") and field.get("Value") not in {None, "", "0000-00-00"}:
                    values.append(str(field["Value"])[:250])
        kept = [dict(field) for field in old if field["Key"] not in sent]
        for key, values in sent.items():
            many = self._fields[key] == "MultiSelectMany"
            kept += [{"Key": key, "Value": value} for value in (values if many else values[-1:])]
        return kept

    def _keep(self, subscribers: Sequence[Subscriber]) -> None:
        self._documents.add(_SUBSCRIBER, ((each["EmailAddress"].lower(), each) for each in subscribers))
        self._found.clear()

    def _now(self) -> str:
        return self._clock.now().strftime("%Y-%m-%d %H:%M:%S")
