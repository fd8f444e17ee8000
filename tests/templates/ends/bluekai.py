"""BlueKai, for its template."""

from identitysync.testing import BlueKaiEmulator


def start():
    return BlueKaiEmulator()


def values(emulator, step):
    return {
        "siteId": emulator.site_id,
        "bkuid": emulator.bkuid,
        "secretKey": emulator.secret_key,
        "domain": emulator.url,
        "version": "v1.2",
    }


def arrived(emulator):
    return {profile.user: profile.hints for profile in emulator.profiles}
