"""``gm.getChallengeStatus``: what a user has achieved, as SAP's page "gm.getChallengeStatus REST" says."""

from typing import Any, Final

from identitysync.testing.gigya.answers import ApiError
from identitysync.testing.gigya.changes import Params
from identitysync.testing.gigya.site import ACHIEVEMENTS, EmulatedSite

_BASIC: Final = (
    "challengeID", "level", "isNewLevel", "pointsTotal", "points7Days", "rank", "rank7Days", "badgeURL", "levelTitle",
    "challengeTitle", "lastLevelUp",
)  # fmt: skip
"""What is told without ``details=full``."""


def get_challenge_status(site: EmulatedSite, params: Params) -> dict[str, Any]:
    """Answer ``gm.getChallengeStatus``: the achievements in the challenges that are included and not excluded."""
    uid = params.get("UID", "")
    if not uid:
        raise ApiError(400002, "Missing required parameter: UID")
    details = params.get("details", "basic").lower()
    if details not in {"basic", "full"}:
        raise ApiError(400006, "Invalid parameter value: details is basic or full")
    if site.account(uid) is None:
        raise ApiError(403005, f"there is no user with the UID {uid}")
    included, excluded = _listed(params.get("includeChallenges", "*")), _listed(params.get("excludeChallenges", ""))
    found = site.documents.get(ACHIEVEMENTS, uid) or {"achievements": []}
    wanted = [
        each
        for each in found["achievements"]
        if each["challengeID"] not in excluded and ("*" in included or each["challengeID"] in included)
    ]
    if details == "basic":
        wanted = [{key: each[key] for key in _BASIC if key in each} for each in wanted]
    return {"achievements": wanted}


def _listed(text: str) -> set[str]:
    return {part for each in text.split(",") if (part := each.strip())}
