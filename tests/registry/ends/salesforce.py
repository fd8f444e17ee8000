"""A Salesforce organization that refuses some addresses; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import SalesforceEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"Gigya_UID__c": f"u{n}", "LastName": "Łódź", "Email": f"p{n}@people.example"} for n in range(5)]
BAD = [{"Gigya_UID__c": "u8", "LastName": "A", "Email": "someone@refused"}, {"LastName": "B"}, {"Gigya_UID__c": None}]


@contextmanager
def organization():
    with SalesforceEmulator(refuse="@refused") as emulator:
        access = {
            "username": "sync@example.com",
            "password": "password-of-the-emulator",
            "token": "TokenOfTheEmulator",
            "authEndpoint": emulator.auth_endpoint,
            "objectType": "Contact",
            "primaryId": "Gigya_UID__c",
        }

        def stumble():
            emulator.faults.add("http_429", times=2)

        yield OtherEnd(access, GOOD, BAD, "Gigya_UID__c", stumble)


ENDS = {"datasource.write.salesforce": organization}
