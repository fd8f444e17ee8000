"""``datasource.read.gigya.account``: accounts of a Gigya site."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Self

import attrs

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.gigya import SiteParams, check_connections, read_records
from identitysync.gigya.tables import AccountTable
from identitysync.languages.query import quote
from identitysync.scripts.read.filling_in import filled_in
from identitysync.scripts.read.gigya_query import check_select, check_where, given, milliseconds, put_together, since
from identitysync.scripts.read.time_ranges import ranges
from identitysync.values import FieldPath, Record


class DeltaField(StrEnum):
    """The fields by which changes are found."""

    LAST_UPDATED = "lastUpdatedTimestamp"
    LAST_LOGIN = "lastLoginTimestamp"
    OLDEST_DATA_UPDATED = "oldestDataUpdatedTimestamp"
    CREATED = "createdTimestamp"
    VERIFIED = "verifiedTimestamp"
    REGISTERED = "registeredTimestamp"


@script(
    "datasource.read.gigya.account",
    summary="Read accounts of a Gigya site.",
    examples=(
        Example("accounts with an address", {"select": "UID, profile", "where": "profile.email is not null"}),
        Example("changes by the last login", {"select": "*", "deltaField": "lastLoginTimestamp"}),
        Example("subscriptions", {"select": "email, subscriptions", "from": "emailAccounts"}),
        Example(
            "all that a copy of the site needs", {"select": "*", "include": "password, subscriptions, preferences"}
        ),
    ),
)
class ReadGigyaAccounts(SiteParams, RecordReader):
    """Search accounts, page by page, oldest change first; the next page is fetched while one is worked on.

    Without a full extract only accounts are read whose `deltaField` is not older than the last successful run. The
    reading is inclusive and reaches a minute behind that moment, because a write turns up in searches some seconds
    later (*our choice*): an account may be read twice, and none is missed.

    A search does not give passwords and subscriptions. `include` names what `accounts.getAccountInfo` shall add to each
    account, with one call for each; an account that is gone by then is rejected. Subscriptions alone are read faster
    from `emailAccounts`.

    The site is that of the run, unless `apiKey` names another.
    """

    select: str = param(
        doc="The fields, separated by commas; an object selects all that is in it, `*` everything.",
        example="UID, profile, data", check=check_select,
    )  # fmt: skip
    from_: AccountTable = param(
        default=AccountTable.ACCOUNTS, doc="`accounts`, or `emailAccounts` with lite accounts and subscriptions.",
        example="accounts",
    )  # fmt: skip
    where: str = param(
        default="", doc="A condition in Gigya's query language, joined to the delta by AND.",
        example="profile.country = 'AT'", check=check_where,
    )  # fmt: skip
    delta_field: DeltaField = param(
        default=DeltaField.LAST_UPDATED, doc="The time by which changes are found.", example="lastLoginTimestamp"
    )
    consent: list[FieldPath] = param(
        default=[], doc="Only accounts that have consented to all of these (paths below `preferences`).",
        example=["terms.newsletter"], text=True,
    )  # fmt: skip
    include: list[str] = param(
        default=[], doc="What `accounts.getAccountInfo` shall add to each account.",
        example=["password", "subscriptions"], text=True,
    )  # fmt: skip
    batch_size: int = param(default=1000, doc="Accounts of one page, at most 10000.", example=1000, text=True)
    max_connections: int = param(
        default=10, doc="Calls under way at once for `include`, 1 to 100.", example=20, text=True,
        check=check_connections,
    )  # fmt: skip

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        found = read_records(self, services, self.query(services))
        if not self.include:
            return found
        return filled_in(found, self, services, include=self.include, connections=self.max_connections)

    def partitions(self, services: Services, count: int) -> list[Self]:
        """Cut the reading into parts that together read each account once, by ranges of ``deltaField``.

        Args:
            services: Tell since when, and on which site.
            count: How many parts are wanted; there may be fewer.

        Returns:
            Readers, one at least. Accounts without that time are in a part of their own, unless changes are read; the
            last range is open, so that an account that changes meanwhile is in it.
        """
        parts = ranges(
            self, services, self._conditions(services), field=self.delta_field, table=self.from_, count=count
        )
        if len(parts) < 2:
            return [self]
        joined = f"({self.where}) AND " if self.where.strip() else ""
        whole: Any = self
        return [attrs.evolve(whole, where=f"{joined}{part}") for part in parts]

    def query(self, services: Services) -> str:
        """Put the query together.

        Args:
            services: Tell since when, and how many.

        Returns:
            The query.

        Raises:
            InvalidParameter: ``where`` holds ``${now…}`` and this is no full extract.
        """
        return put_together(
            services, self._selected(), self.from_, self._conditions(services), self.delta_field, self.batch_size
        )

    def _selected(self) -> str:
        return f"{self.select}, UID" if self.include else self.select

    def _conditions(self, services: Services) -> list[str]:
        moment = since(services)
        delta = [] if moment is None else [f"{self.delta_field} >= {quote(milliseconds(moment))}"]
        consented = [f"preferences.{path}.isConsentGranted = true" for path in self.consent]
        return [*delta, *given(services, self.where), *consented]
