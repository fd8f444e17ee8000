"""Subscribers into a Campaign Monitor list."""

from benchmarks.platforms import address

CALLS = (10, 10)


def emulator(**options):
    from identitysync.testing import CampaignMonitorEmulator

    return CampaignMonitorEmulator(**options)


def record(number):
    return {"EmailAddress": address(number), "Name": "Łucja", "GigyaUID": f"u{number}", "newsletter": True}


def params(emulator):
    login = {"apiUrl": emulator.api_url, "apiKey": emulator.api_key, "listId": emulator.list_id}
    return {**login, "newsletterField": "newsletter", "batchSize": CALLS[0], "maxConnections": CALLS[1]}


def arrived(emulator):
    return emulator.count()
