"""A copy of a whole site, with all that a search does not give; the flows that vendors and customers have are in
``vendor_flows``."""

import json

import pytest

import identitysync as idx
from identitysync.testing import GigyaEmulator, generate_accounts

OTHER = {"apiKey": "3_b", "userKey": "AKb", "secret": "${env:OTHER_SECRET}"}


@pytest.fixture
def gigya(monkeypatch):
    monkeypatch.setenv("OTHER_SECRET", "b3RoZXItc2VjcmV0")
    with GigyaEmulator("3_a", "AKa", accounts=generate_accounts(300)) as emulator:
        emulator.add_site("3_b", user_key="AKb", secret="b3RoZXItc2VjcmV0")
        yield emulator


@pytest.fixture
def other(gigya):
    return gigya._sites["3_b"]


def run(steps, site):
    """Load a flow as an export has it, find nothing wrong with it, run it."""
    flow = idx.Dataflow.from_json(json.dumps({"name": "flow", "steps": steps}))
    assert [str(fault) for fault in idx.check(flow) if fault.severity != "info"] == []
    job = idx.run(flow, site=site, progress=False)
    assert job.status == "succeeded", job.status_details


def test_a_site_is_copied_to_another_with_passwords_and_subscriptions(gigya, other):
    for number, account in enumerate(list(gigya.accounts)):
        more = {"password": {"hash": f"h{number}", "hashSettings": {"algorithm": "bcrypt"}}}
        more["subscriptions"] = {"news": {"email": {"isSubscribed": number % 2 == 0}}}
        more["loginIDs"] = {"emails": [account["profile"]["email"]]}
        gigya.site.put(account | more)
    include = ["password", "subscriptions", "loginIDs"]
    run([
        {"id": "account", "type": "datasource.read.gigya.account", "params": {"select": "*", "include": include, "batchSize": 70}, "next": ["import"]},
        {"id": "import", "type": "datasource.write.gigya.importaccount", "params": {"importPolicy": "upsert", "maxConnections": 20, **OTHER}},
    ], gigya.site)  # fmt: skip

    copies = {account["UID"]: account for account in other.accounts}
    assert len(copies) == 300
    for account in gigya.accounts:
        copy = copies[account["UID"]]
        assert {name: copy[name] for name in ("profile", "password", "loginIDs", "created")} == {
            name: {k: v for k, v in account[name].items() if v is not None} if name == "profile" else account[name]
            for name in ("profile", "password", "loginIDs", "created")
        }
        news = copy["subscriptions"]["news"]["email"]["isSubscribed"]
        assert news == account["subscriptions"]["news"]["email"]["isSubscribed"]
