"""A site with a few people, and a way to run one script of Gigya against it."""

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator

PEOPLE = [
    {
        "UID": "u1",
        "profile": {"email": "ada@x.com", "firstName": "Ada", "lastName": "Lovelace"},
        "data": {"crm": 1, "vip": True},
        "loginIDs": {"username": "", "emails": ["ada@x.com", "Countess@X.com"]},
        "lastUpdatedTimestamp": 1_000,
    },
    {
        "UID": "u2",
        "profile": {"email": "grace@x.com", "firstName": "Grace", "lastName": "Hopper"},
        "data": {"crm": 2},
        "lastUpdatedTimestamp": 2_000,
    },
    {
        "UID": "u3",
        "profile": {"email": "grace@navy.mil", "firstName": "grace", "lastName": "Murray"},
        "data": {"crm": 3},
        "lastUpdatedTimestamp": 3_000,
    },
]


@pytest.fixture
def gigya():
    with GigyaEmulator("3_a", "AKa", accounts=PEOPLE) as emulator:
        yield emulator


class Script:
    """One script at work: records in, what came out and along the error edge."""

    def __init__(self, gigya):
        self.gigya = gigya
        self.job = None
        self.out = []
        self.errors = []

    def run(self, type, params=None, records=(), **options):
        self.out, self.errors = [], []
        flow = idx.Dataflow(name="one", steps=[
            idx.Step("in", "file.parse.json", next=["it"]),
            idx.Step("it", type, params or {}, next=["out"], error=["errors"]),
            idx.Step("out", "field.remove", {"fields": ["nothing"]}),
            idx.Step("errors", "field.remove", {"fields": ["nothing"]}),
        ])  # fmt: skip
        self.job = idx.run(
            flow, inputs={"in": records}, outputs={"out": self.out, "errors": self.errors}, site=self.gigya.site,
            progress=False, **options,
        )  # fmt: skip
        return self.out

    def read(self, type, params, **options):
        self.out, self.errors = [], []
        flow = idx.Dataflow(name="read", steps=[
            idx.Step("it", type, params, next=["out"], error=["errors"]),
            idx.Step("out", "field.remove", {"fields": ["nothing"]}),
            idx.Step("errors", "field.remove", {"fields": ["nothing"]}),
        ])  # fmt: skip
        self.job = idx.run(
            flow, outputs={"out": self.out, "errors": self.errors}, site=self.gigya.site, progress=False, **options
        )
        return self.out


@pytest.fixture
def script(gigya):
    return Script(gigya)
