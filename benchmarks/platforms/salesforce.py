"""Salesforce under load: a job is four calls, one after the other: made, loaded, closed, asked after."""

from benchmarks.platforms import address

from identitysync.testing import SalesforceEmulator

_BATCH = 200
CALLS = (_BATCH // 4, 4)


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
