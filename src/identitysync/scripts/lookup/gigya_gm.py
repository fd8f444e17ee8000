"""``datasource.lookup.gigya.gm``: what users have achieved in the challenges of Gigya's game mechanics."""

from collections.abc import Iterator, Sequence
from typing import Self

from identitysync.contract import Answer, Example, Finding, Lookup, Rejected, Services, param, script
from identitysync.gigya import GigyaClient, RecordCalls, SiteParams, call_for, check_connections
from identitysync.values import Record


def check_challenges(names: list[str]) -> Iterator[Finding]:
    """Warn of a list without a name, which is answered without achievements."""
    if not names:
        yield Finding("no-challenge", "no challenge is named", "name some, or * for all")


@script(
    "datasource.lookup.gigya.gm",
    summary="Look up what users have achieved in Gigya's challenges.",
    examples=(
        Example("in all challenges but one", {"includeChallenges": "*", "excludeChallenges": ["_default"]}),
        Example("in two challenges, gently", {"includeChallenges": ["reader", "writer"], "maxConnections": 2}),
    ),
)
class LookUpGigyaAchievements(SiteParams, Lookup):
    """Call `gm.getChallengeStatus` for the `UID` of each record, and put the array `achievements` into it.

    Each element tells one challenge: `challengeID`, `level`, `pointsTotal` and so on; `field.array.extract` makes
    records of them. What is told is the present state, not only what changed since the last run: Gigya's method knows
    no time (*our choice*). A record without `UID`, or whose user Gigya does not know, is rejected.
    """

    atomic = True
    batch_size = 100

    include_challenges: list[str] = param(
        doc="The ids of the challenges; `*` is all of them.", example="*", text=True, check=check_challenges
    )
    exclude_challenges: list[str] = param(
        default=[], doc="Challenges that are left out.", example=["_default"], text=True
    )
    max_connections: int = param(
        default=10, doc="Calls under way at once, 1 to 100.", example=20, text=True, check=check_connections
    )

    def open(self, services: Services) -> Self:
        """Prepare the calls; connections open with the first record."""
        return self._calls(services)  # type: ignore[return-value]  # it looks up as this class does

    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        """Answer for one batch; a run uses ``open`` first."""
        with self._calls(services) as calls:
            return calls.look_up(records, services)

    def _calls(self, services: Services) -> RecordCalls:
        return RecordCalls(self, services, self._ask, connections=self.max_connections)

    def _ask(self, client: GigyaClient, record: Record) -> Record | Rejected:
        uid = record.get("UID")
        if not isinstance(uid, str) or not uid:
            return Rejected(record, "the record has no UID, so that no user can be looked up", "missing-uid")
        params = {
            "UID": uid,
            "includeChallenges": ",".join(self.include_challenges),
            "excludeChallenges": ",".join(self.exclude_challenges),
        }
        answer = call_for(client, record, "gm.getChallengeStatus", params)
        if isinstance(answer, Rejected):
            return answer
        return record | {"achievements": answer.get("achievements") or []}
