"""Contacts into an Acoustic Campaign database: a file, which the platform judges row by row after the run has sent it."""

import re

from benchmarks.platforms import address

import identitysync as idx
from identitysync.testing import SilverpopEmulator


def emulator(**options):
    return SilverpopEmulator(columns=["Gigya UID", "First Name"], **options)


def record(number):
    return {"EMAIL": address(number), "Gigya UID": f"u{number}", "First Name": 'Łu,"cja'}


def params(emulator):
    return {
        "apiUrl": emulator.url,
        "podNumber": 1,
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


def steps(params):
    return [
        idx.Step("parse", "file.parse.json", next=["dsv"]),
        idx.Step("dsv", "file.format.dsv", {"fileName": "people.csv", "columnSeparator": ","}, next=["write"]),
        idx.Step("write", "datasource.write.silverpop", params),
    ]


def refusals(job):
    return sum(int(count) for line in job.trace for count in re.findall(r"bad records (\d+)", line))


def arrived(emulator):
    return emulator.contacts.count()
