"""Marketing Cloud under load: a request is two calls, one after the other: queued, asked after."""

from benchmarks.platforms import address

from identitysync.testing import MarketingCloudEmulator

_BATCH = 100
CALLS = (_BATCH // 2, 4)


def emulator(**options):
    return MarketingCloudEmulator(**options)


def record(number):
    return {"GUID": f"u{number}", "EMAIL": address(number), "FNAME": "Łucja", "LNAME": f"Name {number}"}


def params(emulator):
    return {
        "clientId": "id-of-the-emulator",
        "clientSecret": "secret-of-the-emulator",
        "authUrl": emulator.url,
        "dataExtension": "GigyaSubscribers",
        "primaryKeys": "GUID",
        "batchSize": _BATCH,
        "maxConnections": CALLS[1],
    }


def arrived(emulator):
    return len(emulator.rows("GigyaSubscribers"))
