"""Acoustic Campaign (Silverpop), for its templates."""

from identitysync.testing import SilverpopEmulator


def start():
    return SilverpopEmulator(columns=["Gigya UID", "First Name", "Last Name", "City", "Subscribed"])


def values(emulator, step):
    return {
        "apiUrl": emulator.url,
        "podNumber": "1",
        "clientId": emulator.client_id,
        "clientSecret": emulator.client_secret,
        "refreshToken": emulator.refresh_token,
        "listId": emulator.list_id,
        "host": emulator.sftp.host,
        "port": emulator.sftp.port,
        "hostKeyFingerprint": emulator.sftp.host_key_fingerprint,
        "username": emulator.username,
        "password": emulator.password,
    }


def put(emulator, uids):
    emulator.contacts.add(
        {"Email": f"{uid}@example.com", "Gigya UID": uid, "City": "Łódź", "Subscribed": "Yes"} for uid in uids
    )


def arrived(emulator):
    return {"contacts": list(emulator.contacts.all())}
