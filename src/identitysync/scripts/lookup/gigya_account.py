"""``datasource.lookup.gigya.account``: complete records with accounts of a Gigya site."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Answer, Example, Lookup, Services, param, script
from identitysync.gigya.tables import AccountTable
from identitysync.scripts.lookup.searching import Searching, SearchParams
from identitysync.values import Record


@script(
    "datasource.lookup.gigya.account",
    summary="Look up accounts of a Gigya site.",
    examples=(
        Example(
            "the UID of whoever has an address, on another site",
            {
                "select": "UID as _UID",
                "lookupFields": [
                    {"sourceField": "profile.email", "gigyaField": "loginIDs.emails"},
                    {"sourceField": "profile.email", "gigyaField": "profile.email"},
                ],
                "lookupFieldsOperator": "OR",
                "mismatchBehavior": "process",
                "apiKey": "3_abc",
                "userKey": "AKabc",
                "secret": "${env:GIGYA_SECRET}",
            },
        ),
        Example(
            "whether there is a lite account",
            {
                "select": "UID, email, hasLiteAccount, hasFullAccount, profile",
                "from": "emailAccounts",
                "lookupFields": [
                    {"sourceField": "email", "gigyaField": "email"},
                    {"sourceField": "lastName", "gigyaField": "profile.lastName"},
                ],
                "lookupFieldsOperator": "AND",
            },
        ),
    ),
)
class LookUpGigyaAccounts(SearchParams, Lookup):
    """Search accounts by fields of the records, a batch of records with one query, and merge what is found into each.

    Objects are merged field by field; `handleFieldConflicts` says whose value stays. A record without a value to look
    up by counts as one without a hit. A rejected record takes the `error` path as it came, which flows use as a second
    branch for *not found*.

    Where the case of letters does not count, the query uses `contains` for the names and addresses that Gigya keeps
    encrypted, and a regular expression for other fields; what these find too much is left out here. On a site that has
    more encrypted fields, look up by those with `isCaseSensitive`. Values are compared with Gigya's as they are: a
    number in a DSV file is a text until it is converted, and a field of numbers has no texts.
    """

    atomic = True

    from_: AccountTable = param(
        default=AccountTable.ACCOUNTS, doc="`accounts`, or `emailAccounts` with lite accounts and subscriptions.",
        example="emailAccounts",
    )  # fmt: skip

    def open(self, services: Services) -> Self:
        """Prepare the queries; connections open with the first record."""
        return self._searching(services)  # type: ignore[return-value]  # it looks up as this class does

    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        """Answer for one batch; a run uses ``open`` first."""
        searching = self._searching(services)
        try:
            return searching.look_up(records, services)
        finally:
            searching.close()

    def _searching(self, services: Services) -> Searching:
        id = "UID" if self.from_ == AccountTable.ACCOUNTS else "token"
        return Searching(self, services, method="accounts.search", table=self.from_.value, id=id)
