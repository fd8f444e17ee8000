"""A Campaign Monitor list for templates."""

import json

from identitysync.testing import CampaignMonitorEmulator


def start():
    return CampaignMonitorEmulator()


def values(emulator, step):
    return {"apiUrl": emulator.api_url, "apiKey": emulator.api_key, "listId": emulator.list_id}


def put(emulator, uids):
    emulator.put(
        {
            "EmailAddress": f"person{number}@people.example",
            "Name": "Łódź",
            "State": "Unsubscribed",
            "CustomFields": [{"Key": "GigyaUID", "Value": uid}],
        }
        for number, uid in enumerate(uids)
    )


def arrived(emulator):
    return {each["EmailAddress"]: json.dumps(each).encode() for each in emulator.subscribers()}
