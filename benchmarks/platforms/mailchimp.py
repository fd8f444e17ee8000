"""Members into a Mailchimp audience."""

from benchmarks.platforms import address

CALLS = (10, 10)


def emulator(**options):
    from identitysync.testing import MailchimpEmulator

    return MailchimpEmulator(**options)


def record(number):
    return {"EMAIL": address(number), "FNAME": "Łucja", "LNAME": str(number), "UID": f"u{number}", "newsletter": True}


def params(emulator):
    login = {"apiUrl": emulator.api_url, "apiKey": emulator.api_key, "listId": emulator.list_id}
    return {**login, "newsletterField": "newsletter", "batchSize": CALLS[0], "maxConnections": CALLS[1]}


def arrived(emulator):
    return emulator.count()
