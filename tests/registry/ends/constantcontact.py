"""Constant Contact, which counts failures only; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import ConstantContactEmulator
from identitysync.testing.scripts import OtherEnd

LIST = "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304"
KEYS = {"api_key": "key", "client_secret": "secret-of-laws", "refresh_token": "refresh-of-laws"}
GOOD = [{"email": f"p{n}@people.example", "last_name": "Łódź"} for n in range(5)]
BAD = [{"last_name": "A"}, {"email": None}, {"email": "no address"}, {"email": "p9@x.com", "noSuchField": 1}]


@contextmanager
def contacts():
    with ConstantContactEmulator(**KEYS, lists={LIST: "one"}, custom_fields=[]) as emulator:
        access = {
            "apiKey": KEYS["api_key"],
            "clientSecret": KEYS["client_secret"],
            "refreshToken": KEYS["refresh_token"],
            "listId": LIST,
            "url": emulator.url,
            "tokenUrl": emulator.token_url,
        }

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd(access, GOOD, BAD, "email", stumble)


ENDS = {"datasource.write.constantcontact": contacts}
