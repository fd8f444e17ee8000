"""A small REST store; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import HttpEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"id": f"u{n}", "city": "Łódź"} for n in range(5)]
BAD = [{"id": None, "city": "a"}, {"city": "b"}, {"id": "..", "city": "c"}]


@contextmanager
def store():
    with HttpEmulator(token="token-of-laws", key_field="id") as emulator:
        access = {
            "url": emulator.url + "/box/${id}",
            "method": "PUT",
            "auth": {"kind": "bearer", "key": "token-of-laws"},
        }

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd(access, GOOD, BAD, "id", stumble)


ENDS = {"datasource.write.external.generic": store}
