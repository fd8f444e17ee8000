"""A Mailchimp account for templates."""

import json

from identitysync.testing import MailchimpEmulator


def start():
    return MailchimpEmulator()


def values(emulator, step):
    return {"apiUrl": emulator.api_url, "apiKey": emulator.api_key, "listId": emulator.list_id}


def put(emulator, uids):
    emulator.put(
        {
            "email_address": f"person{number}@people.example",
            "status": "subscribed",
            "merge_fields": {"UID": uid, "FNAME": "Łódź"},
        }
        for number, uid in enumerate(uids)
    )


def arrived(emulator):
    return {member["email_address"]: json.dumps(member).encode() for member in emulator.members()}
