"""People who do not exist: accounts as Gigya gives them, the same for the same seed, one in a hundred of them nasty."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_FIRST: Final = (
    "Ada",
    "Grace",
    "Linus",
    "Margaret",
    "Alan",
    "Edsger",
    "Barbara",
    "Donald",
    "Zoë",
    "José",
    "Łucja",
    "Søren",
)
_LAST: Final = (
    "Lovelace",
    "Hopper",
    "Turing",
    "Hamilton",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Müller",
    "Ångström",
    "O'Brien",
)
_CITIES: Final = (
    ("Vienna", "AT"),
    ("Łódź", "PL"),
    ("São Paulo", "BR"),
    ("Köln", "DE"),
    ("New York", "US"),
    ("東京", "JP"),
)
_LIKES: Final = ("tea", "chess", "sailing", "cats", "jazz", "maths")
_NASTY: Final = (
    'Ada "the first"', "line\nbreak", "pipe|pipe", "comma, semicolon; tab\t", "emoji 🎉👩‍🚀", "עברית", "",
    " leading and trailing ", "'quoted'", "=1+1", "back\\slash", "carriage\r\nreturn", "NULL", "0123", "\u00a0",
    "a" * 300,
)  # fmt: skip
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)


def generate_accounts(count: int, seed: int = 0, *, start: int = 0) -> Iterator[dict[str, Any]]:
    """Make up accounts of about 450 bytes of JSON.

    Args:
        count: How many.
        seed: The same seed gives the same people.
        start: The number of the first one.

    Yields:
        Accounts with ``UID``, ``profile``, ``data``, times and flags. One in a hundred has a nasty name or city, a
        null, a missing field, or an identifier of 64 bits.
    """
    chance = random.Random(seed)  # noqa: S311 - people, not secrets
    for number in range(start, start + count):
        city, country = _CITIES[number % len(_CITIES)]
        created = _BEGIN + timedelta(seconds=number * 7 % 40_000_000)
        updated = created + timedelta(seconds=chance.randrange(10_000_000), milliseconds=number % 1000)
        account: dict[str, Any] = {
            "UID": f"{seed:04x}{number * 2654435761 % (1 << 32):08x}{number:08x}",
            "profile": {
                "email": f"person{number}@example.com",
                "firstName": _FIRST[chance.randrange(len(_FIRST))],
                "lastName": _LAST[chance.randrange(len(_LAST))],
                "age": 18 + number % 70,
                "gender": "fmu"[number % 3],
                "city": city,
                "country": country,
                "likes": [_LIKES[number % 6], _LIKES[(number // 6) % 6]],
            },
            "data": {
                "subscribed": ("subscribed", "unsubscribed", "pending")[number % 3],
                "newsletter": number % 2 == 0,
                "points": number % 1000,
            },
            "created": _iso(created),
            "createdTimestamp": _millis(created),
            "lastUpdated": _iso(updated),
            "lastUpdatedTimestamp": _millis(updated),
            "isActive": True,
            "isVerified": number % 5 != 0,
            "isRegistered": True,
            "loginProvider": "site",
            "regSource": "web",
        }
        if number % 100 == 99:
            _make_nasty(account, number // 100)
        yield account


def _make_nasty(account: dict[str, Any], number: int) -> None:
    profile, data = account["profile"], account["data"]
    profile["firstName"] = _NASTY[number % len(_NASTY)]
    profile["city"] = _NASTY[(number * 7 + 3) % len(_NASTY)]
    match number % 4:
        case 0:
            profile["lastName"] = None
        case 1:
            del profile["country"]
        case 2:
            data["crmId"] = 9_007_199_254_740_993 + number
        case 3:
            data["subscribed"] = None


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
