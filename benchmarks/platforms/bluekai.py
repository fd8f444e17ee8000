"""``datasource.write.bluekai`` under load."""

from benchmarks.platforms import address

from identitysync.testing import BlueKaiEmulator

CALLS = (1, 20)


def emulator(**options):
    return BlueKaiEmulator(**options)


def record(number):
    return {"UID": address(number), "profile_age": number % 80, "profile_city": f"Łódź {number % 100}"}


def params(emulator):
    return {
        "siteId": emulator.site_id,
        "bkuid": emulator.bkuid,
        "secretKey": emulator.secret_key,
        "uniqueIdField": "UID",
        "maxConnections": 20,
        "domain": emulator.url,
    }


def arrived(emulator):
    return sum(1 for _ in emulator.profiles)
