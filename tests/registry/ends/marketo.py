"""Marketo, which skips leads with some addresses; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import MarketoEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"email": f"p{n}@people.example", "firstName": "Łódź", "gigyaUID": f"u{n}"} for n in range(5)]
BAD = [{"email": "someone@refused"}, {"firstName": "A"}, {"email": None}, {"email": "p9@x.com", "city": {"a": 1}}]


@contextmanager
def leads():
    with MarketoEmulator(fields={"gigyaUID": "string"}, refuse="@refused") as emulator:
        access = {
            "baseUrl": emulator.url,
            "clientId": emulator.client_id,
            "clientSecret": emulator.client_secret,
        }

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd(access, GOOD, BAD, "email", stumble)


ENDS = {"datasource.write.marketo": leads}
