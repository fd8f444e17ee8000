"""Constant Contact."""

from identitysync.testing import ConstantContactEmulator

LISTS = {"9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304": "1", "0c9d5a1f-6d1e-11ee-8b3f-fa163e5bc304": "2"}
IN, OUT = LISTS
KEYS = {"api_key": "key", "client_secret": "secret-of-templates", "refresh_token": "refresh-of-templates"}


def start():
    return ConstantContactEmulator(**KEYS, lists=LISTS, custom_fields=["gigya_uid"])


def values(platform, step):
    return {
        "apiKey": KEYS["api_key"], "clientSecret": KEYS["client_secret"], "refreshToken": KEYS["refresh_token"],
        "listId": IN if ".read." in step.type else OUT, "url": platform.url, "tokenUrl": platform.token_url,
    }  # fmt: skip


def put(platform, uids):
    rows = [{"email": f"p{n}@example.com", "last_name": "Łódź", "cf:gigya_uid": uid} for n, uid in enumerate(uids)]
    platform.put(IN, rows)


def arrived(platform):
    return {each["contact_id"]: repr(each).encode() for each in platform.members(OUT)}
