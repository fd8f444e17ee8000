"""Marketo, for its templates."""

from identitysync.testing import MarketoEmulator


def start():
    return MarketoEmulator(fields={"gigyaUID": "string"})


def values(emulator, step):
    return {"baseUrl": emulator.url, "clientId": emulator.client_id, "clientSecret": emulator.client_secret}


def put(emulator, uids):
    emulator.leads.add(
        {"gigyaUID": uid, "email": f"{uid}@example.com", "city": "Łódź", "createdAt": "2019-05-06T07:08:09Z"}
        for uid in uids
    )


def arrived(emulator):
    return {"leads": list(emulator.leads.all())}
