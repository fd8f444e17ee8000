"""``datasource.write.marketo`` under load."""

from benchmarks.platforms import address

from identitysync.testing import MarketoEmulator

CALLS = (300, 5)


def emulator(**options):
    return MarketoEmulator(**options)


def record(number):
    return {"email": address(number), "firstName": f"Łukasz {number}", "leadScore": number, "unsubscribed": False}


def params(emulator):
    return {
        "baseUrl": emulator.url,
        "clientId": emulator.client_id,
        "clientSecret": emulator.client_secret,
        "maxConnections": CALLS[1],
    }


def arrived(emulator):
    return emulator.leads.count()
