"""Salesforce Marketing Cloud, as ``tests/templates/ends`` wants it."""

from identitysync.testing import MarketingCloudEmulator


def start():
    return MarketingCloudEmulator(columns={"GigyaSubscribers": ["GUID", "EMAIL", "FNAME", "LNAME", "CITY"]})


def values(emulator, step):
    return {
        "clientId": "id-of-the-emulator",
        "clientSecret": "secret-of-the-emulator",
        "authUrl": emulator.url,
        "dataExtension": "GigyaSubscribers",
    }


def arrived(emulator):
    return {row["GUID"]: row for row in emulator.rows("GigyaSubscribers")}
