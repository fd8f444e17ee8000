"""A site of Gigya with a few people and objects; on its bad day it is too busy for some calls."""

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from identitysync.testing import GigyaEmulator
from identitysync.testing.gigya.data_store import kind_of
from identitysync.testing.scripts import OtherEnd
from identitysync.world import FixedClock

PEOPLE = [
    {"UID": f"u{n}", "profile": {"email": f"p{n}@x.com"}, "loginIDs": {"emails": [f"p{n}@x.com"]}} for n in range(1, 7)
]
SHOPS = [(f"/s{n}", {"oid": f"s{n}", "type": "shop", "data": {"number_i": n}}) for n in range(1, 5)]

KNOWN = [{"UID": person["UID"], "data": {"n": n}} for n, person in enumerate(PEOPLE)]
UNKNOWN = [{"UID": "nobody"}, {"data": {"n": 1}}, {"UID": None}, {"UID": 7, "data": {"n": 1}}]
REFUSED = [{"UID": "u8", "profile": {"email": "someone@refused"}}, {"UID": "u9", "profile": {"email": 9}}]


@contextmanager
def site(params, good, bad, key="UID"):
    """Start Gigya."""
    clock = FixedClock(datetime.now(UTC))
    with GigyaEmulator(accounts=PEOPLE, refuse_email="@refused", clock=clock) as gigya:
        gigya.site.documents.add(kind_of("shop"), SHOPS)

        def stumble():
            gigya.faults.add("rate_limit", every=2, times=2)

        yield OtherEnd(params, good, bad, key, stumble, gigya.site, clock)


def sources(*names):
    return [{"paramName": name, "sourceField": name} for name in names]


def looking_up(gigya_field, source_field, **params):
    fields = [{"sourceField": source_field, "gigyaField": gigya_field}]
    return {"lookupFields": fields, "mismatchBehavior": "error", **params}


ENDS = {
    "datasource.lookup.gigya.account": partial(
        site,
        looking_up("profile.email", "email", select="UID, profile"),
        [{"email": f"p{n}@x.com", "n": n} for n in (5, 2, 3)],
        [{"email": "p9@x.com"}, {"n": 1}, {"email": None}],
        "email",
    ),
    "datasource.lookup.gigya.ds": partial(
        site,
        looking_up("data.number_i", "shop", **{"from": "shop", "select": "oid"}),
        [{"shop": 2}, {"shop": 1}, {"shop": 4}],
        [{"shop": 9}, {"n": 1}, {"shop": None}],
        "shop",
    ),
    "datasource.lookup.gigya.gm": partial(site, {"includeChallenges": "*"}, KNOWN, UNKNOWN),
    "datasource.write.gigya.account": partial(site, {}, KNOWN, UNKNOWN),
    "datasource.write.gigya.delete": partial(site, {}, KNOWN, UNKNOWN),
    "datasource.write.gigya.ds": partial(
        site,
        {"type": "shop"},
        [{"oid": f"s{n}", "data": {"number_i": n}} for n in (7, 1, 5)],
        [{"oid": "s8", "data": {"1st": 1}}, {"oid": "s9", "data": {"a-b": 1}}],
        "oid",
    ),
    "datasource.write.gigya.generic": partial(
        site,
        {"apiMethod": "accounts.setAccountInfo", "apiParams": sources("UID", "data"), "addResponse": True},
        KNOWN,
        UNKNOWN[:3],
    ),
    "datasource.write.gigya.importaccount": partial(
        site, {"importPolicy": "upsert"}, [{**each, "profile": {"firstName": "A"}} for each in KNOWN], REFUSED
    ),
}
