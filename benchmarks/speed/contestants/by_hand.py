"""Straightforward Python: json, csv, and gzip at level 6. What every other output is compared with."""

import csv
import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

LEVEL = 6
COLUMNS = [
    "UID", "email", "first_name", "profile.lastName", "profile.age", "profile.gender", "profile.city", "profile.country", "profile.likes",
    "subscribed", "created", "lastUpdated", "isActive", "isVerified",
]  # fmt: skip
BREAKS = re.compile(r"[\r\n|]")


def clean(text: str | None) -> str | None:
    return BREAKS.sub(" ", text) if text else text


def flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def to_row(account: dict[str, Any]) -> list[Any]:
    profile = account.get("profile", {})
    return [
        account["UID"],
        profile.get("email"),
        clean(profile.get("firstName")),
        clean(profile.get("lastName")),
        profile.get("age"),
        profile.get("gender"),
        clean(profile.get("city", account.get("profile.city"))),
        profile.get("country"),
        ";".join(like or "" for like in profile.get("likes", ())),
        "false" if account.get("data", {}).get("subscribed") == "unsubscribed" else "true",
        account["created"],
        account["lastUpdated"],
        flag(account["isActive"]),
        flag(account["isVerified"]),
    ]


def to_account(row: dict[str, str]) -> dict[str, Any]:
    return {
        "created": row["created"],
        "lastUpdated": row["lastUpdated"],
        "isActive": row["isActive"],
        "isVerified": row["isVerified"],
        "loginProvider": row["loginProvider"],
        "regSource": row["regSource"],
        "subscribed": "false" if row["data.subscribed"] == "unsubscribed" else "true",
        "UID": row["uid"],
        "p": {
            "email": row["mail"],
            "firstName": clean(row["profile.firstName"]),
            "lastName": clean(row["profile.lastName"]),
            "age": row["profile.age"],
            "gender": row["profile.gender"],
            "city": clean(row["profile.city"]),
            "country": row["profile.country"],
            "likes": row["profile.likes"],
        },
        "d": {"subscribed": row["data.subscribed"], "newsletter": row["data.newsletter"]},
    }


def flow_a(source: Path, target: Path) -> None:
    with (
        source.open(encoding="utf-8") as lines,
        gzip.open(target / "a.dsv.gz", "wt", LEVEL, encoding="utf-8", newline="") as packed,
    ):
        rows = csv.writer(packed, delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows.writerow(COLUMNS)
        for line in lines:
            rows.writerow(to_row(json.loads(line)))


def flow_b(source: Path, target: Path) -> None:
    with (
        source.open(encoding="utf-8", newline="") as rows,
        gzip.open(target / "b.json.gz", "wt", LEVEL, encoding="utf-8", newline="") as lines,
    ):
        for row in csv.DictReader(rows):
            lines.write(json.dumps(to_account(row), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    {"A": flow_a, "B": flow_b}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
