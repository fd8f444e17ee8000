"""A list of Constant Contact; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import ConstantContactEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"email": f"p{n}@people.example", "first_name": "Łódź", "cf:gigya_uid": f"u{n}"} for n in range(5)]
BAD = [
    {"email": "someone@refused.example"},
    {"email": "no address"},
    {"email": "x@people.example", "cf:unknown": "1"},
    {"email": "x@people.example", "UID": "no field of contacts"},
    {"email": None},
    {},
]


@contextmanager
def contact_list():
    keys = {"api_key": "key", "client_secret": "secret-of-laws", "refresh_token": "refresh-of-laws"}
    with ConstantContactEmulator(**keys, custom_fields=["gigya_uid"], refuse="@refused") as platform:
        access = {
            "apiKey": "key",
            "clientSecret": "secret-of-laws",
            "refreshToken": "refresh-of-laws",
            "listId": platform.list_id,
            "url": platform.url,
            "tokenUrl": platform.token_url,
            "callsPerSecond": 1000,
        }

        def stumble():
            platform.faults.add("http_500", method="POST /v3/activities")

        yield OtherEnd(access, GOOD, BAD, "email", stumble)


ENDS = {"datasource.write.constantcontact": contact_list}
