"""A small REST store; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import HttpEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"email": f"p{n}@people.example", "name": '"Łódź" & <b>', "n": n, "tags": ["a", None]} for n in range(5)]
BAD = [
    {"email": "someone@refused"},
    {"email": ""},
    {"email": None},
    {"name": "nobody"},
    {"email": "a", "name": "\ud800"},
]


@contextmanager
def store():
    with HttpEmulator(token="token-of-laws", refuse="@refused") as api:
        params = {
            "url": f"{api.url}/people",
            "auth": {"kind": "bearer", "key": "token-of-laws"},
            "keyField": "email",
            "success": {"messagePath": "error.message", "codePath": "error.code"},
        }

        def stumble():
            api.faults.add("http_429", times=2)

        yield OtherEnd(params, GOOD, BAD, "email", stumble)


ENDS = {"datasource.write.external.generic": store}
