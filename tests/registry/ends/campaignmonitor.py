"""A Campaign Monitor list; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import CampaignMonitorEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"EmailAddress": f"p{n}@people.example", "Name": "Łódź", "wants": n % 2 == 0} for n in range(5)]
BAD = [
    {"EmailAddress": "no address", "wants": True},
    {"EmailAddress": None, "wants": False},
    {"wants": True},
]


@contextmanager
def subscribers():
    with CampaignMonitorEmulator() as emulator:
        access = {"apiUrl": emulator.api_url, "apiKey": emulator.api_key, "listId": emulator.list_id}

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd({**access, "newsletterField": "wants"}, GOOD, BAD, "EmailAddress", stumble)


ENDS = {"datasource.write.campaignmonitor": subscribers}
