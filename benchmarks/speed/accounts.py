"""Accounts of about 450 bytes, the same in every run, one in a hundred nasty: as JSON lines, and as CSV.

Every line is valid, and every field has one type, so that all contestants can read them: nasty are the texts (emoji,
quotes, separators, line breaks, blanks), nulls, missing fields and objects, empty arrays, a key with a dot in it, and
integers that a double cannot hold.
"""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NASTY = 100
"""One in so many accounts is nasty."""

COLUMNS = [
    "uid", "mail", "profile.firstName", "profile.lastName", "profile.age", "profile.gender", "profile.city", "profile.country", "profile.likes",
    "data.subscribed", "data.newsletter", "created", "lastUpdated", "isActive", "isVerified", "loginProvider", "regSource",
]  # fmt: skip

FIRST = ("Ada", "Grace", "Linus", "Margaret", "Alan", "Edsger", "Barbara", "Donald", "Zoë", "José", "Łucja", "Søren")
LAST = ("Lovelace", "Hopper", "Turing", "Hamilton", "Dijkstra", "Liskov", "Knuth", "Müller", "Ångström", "O'Brien")
PLACES = (("Vienna", "AT"), ("Łódź", "PL"), ("São Paulo", "BR"), ("Köln", "DE"), ("New York", "US"), ("東京", "JP"))
LIKES = ("tea", "chess", "sailing", "cats", "jazz", "maths")
SUBSCRIBED = ("subscribed", "unsubscribed", "pending")
TEXTS = (
    'Ada "the first"', "line\nbreak", "pipe|pipe", "comma, semicolon; tab\t", "emoji 🎉👩‍🚀", "עברית", "", " blanks around ",
    "'quoted'", "=1+1", "back\\slash", "carriage\r\nreturn", "NULL", "0123", "\u00a0", '"', '""', "a" * 300,
)  # fmt: skip


def write_json_lines(path: Path, count: int) -> None:
    """Write accounts for flow A, one JSON object per line."""
    with path.open("w", encoding="utf-8", newline="") as target:
        for number, (uid, mail, first, last, age, city, country, one, two, state, created, updated) in enumerate(
            _people(count)
        ):
            if number % NASTY == NASTY - 1:
                target.write(json.dumps(_nasty(number), ensure_ascii=False) + "\n")
                continue
            target.write(
                f'{{"UID": "{uid}", "profile": {{"email": "{mail}@example.com", "firstName": "{first}", "lastName": "{last}", '
                f'"age": {age}, "gender": "{"fmu"[age % 3]}", "city": "{city}", "country": "{country}", "likes": ["{one}", "{two}"]}}, '
                f'"data": {{"subscribed": "{state}", "newsletter": {"true" if age % 2 else "false"}}}, '
                f'"created": "{created}", "lastUpdated": "{updated}", '
                f'"isActive": true, "isVerified": {"false" if age % 5 else "true"}, "loginProvider": "site", "regSource": "web"}}\n'
            )


def write_csv(path: Path, count: int) -> None:
    """Write the same accounts for flow B, as a table whose columns have dotted names."""
    with path.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target, lineterminator="\n")
        rows.writerow(COLUMNS)
        for number, (uid, mail, first, last, age, city, country, one, two, state, created, updated) in enumerate(
            _people(count)
        ):
            if number % NASTY == NASTY - 1:
                rows.writerow(_row(_nasty(number)))
                continue
            target.write(
                f"{uid},{mail}@example.com,{first},{last},{age},{'fmu'[age % 3]},{city},{country},{one};{two},"
                f"{state},{'true' if age % 2 else 'false'},{created},{updated},"
                f"true,{'false' if age % 5 else 'true'},site,web\n"
            )


def _people(count: int) -> Iterator[tuple[Any, ...]]:
    bits = random.Random(4).getrandbits
    for _ in range(count):
        chance, more = bits(128), bits(96)
        city, country = PLACES[more % 6]
        yield (
            f"{chance:032x}", f"person{more >> 72}", FIRST[(more >> 3) % 12], LAST[(more >> 8) % 10], 18 + (more >> 16) % 70, city, country,
            LIKES[(more >> 24) % 6], LIKES[(more >> 28) % 6], SUBSCRIBED[(more >> 32) % 3], _moment(2024, more >> 40), _moment(2025, more >> 52),
        )  # fmt: skip


def _moment(year: int, chance: int) -> str:
    return f"{year}-0{1 + chance % 9}-{10 + chance % 19}T1{chance % 10}:{10 + chance % 47}:{10 + chance % 49}.{100 + chance % 887}Z"


def _nasty(number: int) -> dict[str, Any]:
    turn = number // NASTY
    text = [TEXTS[(turn * step + step) % len(TEXTS)] for step in (1, 5, 7, 11)]
    profile = {
        "email": f'"person|{number}"@example.com', "firstName": text[0], "lastName": text[1], "age": 18 + turn % 70, "gender": "f",
        "city": text[2], "country": "AT", "likes": ["tea", text[3]],
    }  # fmt: skip
    data = {"subscribed": "unsubscribed", "newsletter": False, "crmId": (1 << 53) + turn}
    account: dict[str, Any] = {
        "UID": f"nasty-{number}", "profile": profile, "data": data, "created": "2024-02-29T00:00:00.000Z", "lastUpdated": "2025-01-01T00:00:00Z",
        "isActive": False, "isVerified": True, "loginProvider": "site", "regSource": None,
    }  # fmt: skip
    match turn % 12:
        case 0:
            profile["lastName"] = None
        case 1:
            del profile["country"]
        case 2:
            del account["data"]
        case 3:
            profile["age"] = (1 << 53) + 1 + turn
        case 4:
            data["subscribed"] = None
        case 5:
            profile["likes"] = []
        case 6:
            profile["likes"] = ["tea", None, ""]
        case 7:
            del profile["likes"]
        case 8:
            account["profile.city"] = profile.pop("city")
        case 9:
            account["isVerified"] = None
        case 10:
            del account["profile"]
        case _:
            pass  # its texts are nasty enough
    return account  # fmt: skip


def _row(account: dict[str, Any]) -> list[str]:
    profile, data = account.get("profile", {}), account.get("data", {})
    values = [
        account["UID"], *[profile.get(name) for name in ("email", "firstName", "lastName", "age", "gender")],
        profile.get("city", account.get("profile.city")), profile.get("country"), ";".join(each or "" for each in profile.get("likes") or ()),
        data.get("subscribed"), data.get("newsletter"),
        *[account[name] for name in ("created", "lastUpdated", "isActive", "isVerified", "loginProvider", "regSource")],
    ]  # fmt: skip
    return ["" if value is None else str(value).lower() if type(value) is bool else str(value) for value in values]
