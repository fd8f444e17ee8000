"""Salesforce, as ``tests/templates/ends`` wants it."""

from identitysync.testing import SalesforceEmulator


def start():
    return SalesforceEmulator()


def values(emulator, step):
    login = {
        "username": "sync@example.com",
        "password": "password-of-the-emulator",
        "token": "TokenOfTheEmulator",
        "authEndpoint": emulator.auth_endpoint,
    }
    if ".read." in step.type:
        return login
    return login | {"primaryId": "Gigya_UID__c", "lookupId": "Gigya_Email__c"}


def put(emulator, uids):
    emulator.add(
        "Contact",
        [
            {"Gigya_UID__c": uid, "FirstName": "Łódź", "LastName": f"of {uid}", "MailingCity": "Łódź", "Phone": "1"}
            for uid in uids
        ],
    )


def arrived(emulator):
    return {f"{kind} {each['Id']}": each for kind in ("Contact", "Account") for each in emulator.records(kind)}
