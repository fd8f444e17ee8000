"""``datasource.read.gigya.account``: accounts of a Gigya site."""

from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import Final

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, SiteParams, check_connections, read_parts, read_records
from identitysync.gigya.tables import AccountTable
from identitysync.languages.query import quote
from identitysync.scripts.read.filling_in import filled_in
from identitysync.scripts.read.gigya_query import (
    MAX_PAGE,
    check_select,
    check_where,
    given,
    milliseconds,
    put_together,
    since,
)
from identitysync.scripts.read.time_ranges import check_partitions, ranges
from identitysync.values import FieldPath, Record

_CREATED: Final = "createdTimestamp"
"""The time that cuts a reading into parts: the one that stays while an account is changed."""


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
        Example("a large site, four ranges at the same time", {"select": "UID, data", "partitions": 4}),
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

    A large site is read faster in `partitions` (*our choice*): as many ranges of `createdTimestamp`, each about as
    large as the others (a few counts find that out), are read at the same time, each with its own cursor. The oldest
    change comes first within a range only. Accounts without that time are in the first. The time of creation stays when
    an account is changed, so every account that is there from beginning to end is read once, as with one cursor, unless
    an import sets an earlier `created` at the moment when the cursors open. An e-mail account that becomes a full one
    meanwhile may be read twice. There are no more ranges than pages, and one only in a run with a limit.

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
    partitions: int = param(
        default=1, doc="Parts, by the time of creation, that are read at the same time, 1 to 10.", example=4, text=True,
        check=check_partitions,
    )  # fmt: skip
    max_connections: int = param(
        default=10, doc="Calls under way at once for `include`, 1 to 100.", example=20, text=True,
        check=check_connections,
    )  # fmt: skip

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        if self.partitions == 1 or services.run.limit is not None:
            found = read_records(self, services, self.query(services))
        else:
            found = read_parts(self, services, partial(self._queries, services), parts=self.partitions)
        if not self.include:
            return found
        return filled_in(found, self, services, include=self.include, connections=self.max_connections)

    def query(self, services: Services) -> str:
        """Put the query together.

        Args:
            services: Tell since when, and how many.

        Returns:
            The query.

        Raises:
            InvalidParameter: ``where`` holds ``${now…}`` and this is no full extract.
        """
        return self._query(services, self._conditions(services))

    def _queries(self, services: Services, client: GigyaClient) -> list[str]:
        conditions = self._conditions(services)
        page = max(1, min(self.batch_size, MAX_PAGE))
        parts = ranges(client, conditions, field=_CREATED, table=self.from_, count=self.partitions, page=page)
        return [self._query(services, [*conditions, part]) for part in parts] or [self._query(services, conditions)]

    def _query(self, services: Services, conditions: list[str]) -> str:
        select = f"{self.select}, UID" if self.include else self.select
        return put_together(services, select, self.from_, conditions, self.delta_field, self.batch_size)

    def _conditions(self, services: Services) -> list[str]:
        moment = since(services)
        delta = [] if moment is None else [f"{self.delta_field} >= {quote(milliseconds(moment))}"]
        consented = [f"preferences.{path}.isConsentGranted = true" for path in self.consent]
        return [*delta, *given(services, self.where), *consented]
