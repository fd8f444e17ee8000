"""Constant Contact: imports, which take a call to begin and one to see that they have ended."""

from benchmarks.platforms import address

from identitysync.testing import ConstantContactEmulator

_IMPORT = 100
CALLS = (_IMPORT // 2, 4)  # an import takes two calls
_LIST = "9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304"
_KEYS = {"api_key": "key", "client_secret": "secret-of-benchmarks", "refresh_token": "refresh-of-benchmarks"}


def emulator(**options):
    """Make the emulator."""
    return ConstantContactEmulator(**_KEYS, lists={_LIST: "1"}, custom_fields=["gigya_uid"], **options)


def record(number):
    """Make the record of that number."""
    return {"email": address(number), "first_name": "Łódź", "cf:gigya_uid": f"u{number}"}


def params(platform):
    """Give the writer's parameters."""
    return {
        "apiKey": _KEYS["api_key"],
        "clientSecret": _KEYS["client_secret"],
        "refreshToken": _KEYS["refresh_token"],
        "listId": _LIST,
        "url": platform.url,
        "tokenUrl": platform.token_url,
        "batchSize": _IMPORT,
        "maxConnections": CALLS[1],
        "callsPerSecond": 1000,
    }


def arrived(platform):
    """Tell how many contacts the list has."""
    return len(platform.members(_LIST))
