"""``datasource.lookup.gigya.ds``: complete records with objects of Gigya's data store."""

from collections.abc import Sequence
from typing import Self

from identitysync.contract import Answer, Example, Lookup, Services, param, script
from identitysync.scripts.lookup.matching import check_path
from identitysync.scripts.lookup.searching import Searching, SearchParams
from identitysync.values import Record


@script(
    "datasource.lookup.gigya.ds",
    summary="Look up objects of Gigya's data store.",
    examples=(
        Example(
            "one record for each purchase of a user",
            {
                "from": "purchase",
                "select": "oid, data.total_f as total",
                "lookupFields": [{"sourceField": "UID", "gigyaField": "UID"}],
                "multiMatchBehavior": "process",
                "separateMultiMatches": True,
            },
        ),
        Example(
            "the shop by its number, if there is one",
            {
                "from": "shop",
                "select": "data",
                "lookupFields": [{"sourceField": "shop", "gigyaField": "data.number_i"}],
                "mismatchBehavior": "process",
            },
        ),
    ),
)
class LookUpGigyaDs(SearchParams, Lookup):
    """Search objects by fields of the records, as `datasource.lookup.gigya.account` searches accounts.

    A script of ours.
    """

    atomic = True

    from_: str = param(doc="The type of the objects.", example="purchase", check=check_path)

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
        return Searching(self, services, method="ds.search", table=self.from_, id="oid")
