"""petl: read lines or rows, one row map, write through gzip at level 1."""

import csv
import gzip
import json
import re
import sys
from pathlib import Path

import petl as etl

LEVEL = 1
FIELDS = ["UID", "profile", "profile.city", "data", "created", "lastUpdated", "isActive", "isVerified"]
COLUMNS = [
    "UID", "email", "first_name", "profile.lastName", "profile.age", "profile.gender", "profile.city", "profile.country", "profile.likes",
    "subscribed", "created", "lastUpdated", "isActive", "isVerified",
]  # fmt: skip
KEYS = ["created", "lastUpdated", "isActive", "isVerified", "loginProvider", "regSource", "subscribed", "UID", "p", "d"]
BREAKS = re.compile(r"[\r\n|]")


def clean(text: str | None) -> str | None:
    return BREAKS.sub(" ", text) if text else text


def flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def to_row(account: etl.Record) -> list[object]:
    uid, profile, city, data, created, updated, active, verified = account
    profile = profile or {}
    return [
        uid,
        profile.get("email"),
        clean(profile.get("firstName")),
        clean(profile.get("lastName")),
        profile.get("age"),
        profile.get("gender"),
        clean(profile.get("city", city)),
        profile.get("country"),
        ";".join(like or "" for like in profile.get("likes", ())),
        "false" if (data or {}).get("subscribed") == "unsubscribed" else "true",
        created,
        updated,
        flag(active),
        flag(verified),
    ]


def to_account(row: etl.Record) -> list[object]:
    (
        uid,
        mail,
        first,
        last,
        age,
        gender,
        city,
        country,
        likes,
        state,
        newsletter,
        created,
        updated,
        active,
        verified,
        provider,
        source,
    ) = row
    return [
        created,
        updated,
        active,
        verified,
        provider,
        source,
        "false" if state == "unsubscribed" else "true",
        uid,
        {
            "email": mail,
            "firstName": clean(first),
            "lastName": clean(last),
            "age": age,
            "gender": gender,
            "city": clean(city),
            "country": country,
            "likes": likes,
        },
        {"subscribed": state, "newsletter": newsletter},
    ]


if __name__ == "__main__":
    flow, source, target = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if flow == "A":
        packed = etl.GzipSource(str(target / "a.dsv.gz"), compresslevel=LEVEL)
        rows = etl.fromjson(source, header=FIELDS, lines=True).rowmap(to_row, header=COLUMNS, failonerror=True)
        rows.tocsv(packed, encoding="utf-8", delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n")
    else:
        accounts = etl.fromcsv(source, encoding="utf-8").rowmap(to_account, header=KEYS, failonerror=True)
        with gzip.open(target / "b.json.gz", "wt", LEVEL, encoding="utf-8", newline="") as lines:
            for account in accounts.dicts():  # tojson(lines=True) encodes in pure Python, ten times slower
                lines.write(json.dumps(account, ensure_ascii=False, separators=(",", ":")) + "\n")
