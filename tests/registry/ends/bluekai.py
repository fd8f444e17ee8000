"""A site of BlueKai; on its bad day it is too busy for some calls."""

from contextlib import contextmanager

from identitysync.testing import BlueKaiEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"UID": f"u{n}", "profile_age": n, "likes": ["tea", "chess"]} for n in range(6)]
BAD = [{"UID": "unknown", "a": 1}, {"a": 1}, {"UID": "v"}, {"UID": "w", "a=b": 1}, {"UID": True, "a": 1}]


@contextmanager
def site():
    """Start BlueKai."""
    with BlueKaiEmulator(refuse="^unknown$") as bluekai:
        keys = {"siteId": bluekai.site_id, "bkuid": bluekai.bkuid, "secretKey": bluekai.secret_key}
        params = {**keys, "uniqueIdField": "UID", "domain": bluekai.url}
        yield OtherEnd(params, GOOD, BAD, "UID", lambda: bluekai.faults.add("http_429", every=2, times=2))


ENDS = {"datasource.write.bluekai": site}
