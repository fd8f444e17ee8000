"""``datasource.read.gigya.account``: accounts of a Gigya site."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from identitysync.contract import Example, Finding, Note, RecordReader, Rejected, Services, param, script
from identitysync.errors import InvalidParameter
from identitysync.gigya import SiteParams, read_records
from identitysync.languages.query import parse_condition, parse_select, quote
from identitysync.languages.variables import VariableValues, expand_where, find_variables
from identitysync.values import FieldPath, Record

OVERLAP: Final = timedelta(seconds=60)
"""How far a delta read reaches behind its watermark: Gigya's search lags behind writes, 30 seconds at most."""


class Source(StrEnum):
    """What can be read."""

    ACCOUNTS = "accounts"
    EMAIL_ACCOUNTS = "emailAccounts"


class DeltaField(StrEnum):
    """The fields by which changes are found."""

    LAST_UPDATED = "lastUpdatedTimestamp"
    LAST_LOGIN = "lastLoginTimestamp"
    OLDEST_DATA_UPDATED = "oldestDataUpdatedTimestamp"
    CREATED = "createdTimestamp"
    VERIFIED = "verifiedTimestamp"
    REGISTERED = "registeredTimestamp"


def check_select(text: str) -> None:
    """Parse a list of fields."""
    parse_select(text)


def check_where(text: str) -> Iterator[Finding]:
    """Parse a condition, and warn of times relative to now."""
    if any(variable.name == "now" for variable in find_variables(text)):
        yield Finding(
            "now-in-where",
            "${now…} in 'where' works only with a full extract",
            "run with full_extract=True, or leave it out: changes since the last run are found by deltaField",
        )
    if text.strip():
        parse_condition(expand_where(text, VariableValues(datetime(2026, 1, 1, tzinfo=UTC))))


@script(
    "datasource.read.gigya.account",
    summary="Read accounts of a Gigya site.",
    examples=(
        Example("accounts with an address", {"select": "UID, profile", "where": "profile.email is not null"}),
        Example("changes by the last login", {"select": "*", "deltaField": "lastLoginTimestamp"}),
    ),
)  # fmt: skip
class ReadGigyaAccounts(SiteParams, RecordReader):
    """Search accounts, page by page, oldest change first.

    Without a full extract only accounts are read whose `deltaField` is not older than the last successful run. The
    reading is inclusive and reaches a minute behind that moment, because a write turns up in searches some seconds
    later (*our choice*): an account may be read twice, and none is missed.

    The site is that of the run, unless `apiKey` names another.
    """

    select: str = param(
        doc="The fields, separated by commas; an object selects all that is in it, `*` everything.",
        example="UID, profile, data", check=check_select,
    )  # fmt: skip
    from_: Source = param(
        default=Source.ACCOUNTS, doc="`accounts`, or `emailAccounts` with subscriptions.", example="accounts"
    )
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
    batch_size: int = param(default=1000, doc="Accounts of one page, at most 10000.", example=1000, text=True)

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Search, page by page."""
        return read_records(self, services, self.query(services))

    def query(self, services: Services) -> str:
        """Put the query together.

        Args:
            services: Tell since when, and how many.

        Returns:
            The query.

        Raises:
            InvalidParameter: ``where`` holds ``${now…}`` and this is no full extract.
        """
        run = services.run
        conditions = []
        if run.since is not None:
            since = int((run.since - OVERLAP).timestamp() * 1000)
            conditions.append(f"{self.delta_field} >= {quote(since)}")
        if self.where.strip():
            if not run.full_extract and any(each.name == "now" for each in find_variables(self.where)):
                raise InvalidParameter("${now…} in 'where' works only with a full extract: run with full_extract=True")
            conditions.append(f"({expand_where(self.where, VariableValues(run.started, run.job_id))})")
        conditions += [f"preferences.{path}.isConsentGranted = true" for path in self.consent]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        page = max(1, min(self.batch_size, 10_000, run.limit or 10_000))
        order = f"ORDER BY {self.delta_field} LIMIT {page}"
        return f"SELECT {self.select} FROM {self.from_}{where} {order}"  # noqa: S608 - values went through quote()
