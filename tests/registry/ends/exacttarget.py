"""A data extension of Marketing Cloud; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import MarketingCloudEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"GUID": f"u{n}", "EMAIL": f"p{n}@people.example"} for n in range(5)]
BAD = [{"EMAIL": "p8@people.example"}, {"GUID": None, "EMAIL": "p9@people.example"}]


@contextmanager
def extension():
    with MarketingCloudEmulator(columns={"GigyaSubscribers": ["GUID", "EMAIL"]}) as emulator:
        access = {
            "clientId": "id-of-the-emulator",
            "clientSecret": "secret-of-the-emulator",
            "authUrl": emulator.url,
            "dataExtension": "GigyaSubscribers",
            "primaryKeys": "GUID",
        }

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd(access, GOOD, BAD, "GUID", stumble)


ENDS = {"datasource.write.exacttarget": extension}
