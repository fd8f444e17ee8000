"""Salesforce under load: a job is six calls, one after the other: made, loaded, closed, asked after, its results."""

from benchmarks.platforms import address

from identitysync.testing import SalesforceEmulator

CALLS = (100, 4)
_BATCH = 600


def emulator(**options):
    return SalesforceEmulator(**options)


def record(number):
    return {"Uid__c": f"u{number}", "FirstName": "Łucja", "LastName": f"Name {number}", "Email": address(number)}


def params(emulator):
    return {
        "username": "sync@example.com",
        "password": "password-of-the-emulator",
        "token": "TokenOfTheEmulator",
        "authEndpoint": emulator.auth_endpoint,
        "objectType": "Contact",
        "primaryId": "Uid__c",
        "batchSize": _BATCH,
        "maxConnections": CALLS[1],
    }


def arrived(emulator):
    return len({each["Uid__c"] for each in emulator.records("Contact")})
