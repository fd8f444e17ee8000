"""People who do not exist: accounts as Gigya gives them, the same for the same seed, one in a hundred of them nasty."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

_FIRST: Final = (
    "Ada", "Grace", "Linus", "Margaret", "Alan", "Edsger", "Barbara", "Donald", "Zoë", "José", "Łucja", "Søren",
)  # fmt: skip
_LAST: Final = (
    "Lovelace", "Hopper", "Turing", "Hamilton", "Dijkstra", "Liskov", "Knuth", "Müller", "Ångström", "O'Brien",
)  # fmt: skip
_CITIES: Final = (
    ("Vienna", "AT", "+43"), ("Łódź", "PL", "+48"), ("São Paulo", "BR", "+55"), ("Köln", "DE", "+49"),
    ("New York", "US", "+1"), ("東京", "JP", "+81"),
)  # fmt: skip
_BITS: Final = (1 << 64) - 1
_LIKES: Final = ("tea", "chess", "sailing", "cats", "jazz", "maths")
_NASTY: Final = (
    'Ada "the first"', "line\nbreak", "pipe|pipe", "comma, semicolon; tab\t", "emoji 🎉👩‍🚀", "עברית", "",
    " leading and trailing ", "'quoted'", "=1+1", "back\\slash", "carriage\r\nreturn", "NULL", "0123", "\u00a0",
    "a" * 300,
)  # fmt: skip
_BEGIN: Final = 1_704_067_200_000
"""The first of January 2024, in milliseconds since 1970."""


def generate_accounts(count: int, seed: int = 0, *, start: int = 0) -> Iterator[dict[str, Any]]:
    """Make up accounts of about 550 bytes of JSON.

    Args:
        count: How many.
        seed: The same seed gives the same people.
        start: The number of the first one; each person depends on the seed and the number alone, so that parts fit
            together.

    Yields:
        Accounts with ``UID``, ``profile``, ``data``, times and flags. One in a hundred has a nasty name or city, a
        null, a missing field, or an identifier of 64 bits.
    """
    for number in range(start, start + count):
        chance = _mixed(number, seed)
        city, country, prefix = _CITIES[number % len(_CITIES)]
        created = _BEGIN + number * 7 % 40_000_000 * 1000
        updated = created + (chance >> 24) % 10_000_000 * 1000 + number % 1000
        account: dict[str, Any] = {
            "UID": f"{seed:04x}{number * 2654435761 % (1 << 32):08x}{number:08x}",
            "profile": {
                "email": f"person{number}@example.com",
                "firstName": _FIRST[(chance >> 8) % len(_FIRST)],
                "lastName": _LAST[(chance >> 16) % len(_LAST)],
                "age": 18 + number % 70,
                "gender": "fmu"[number % 3],
                "city": city,
                "country": country,
                "phones": [{"type": "mobile", "number": f"{prefix}{100_000_000 + (chance >> 20) % 900_000_000}"}],
                "likes": [_LIKES[number % 6], _LIKES[(number // 6) % 6]],
            },
            "data": {
                "subscribed": ("subscribed", "unsubscribed", "pending")[number % 3],
                "newsletter": number % 2 == 0,
                "points": number % 1000,
            },
            "created": _iso(created),
            "createdTimestamp": created,
            "lastUpdated": _iso(updated),
            "lastUpdatedTimestamp": updated,
            "isActive": True,
            "isVerified": number % 5 != 0,
            "isRegistered": True,
            "loginProvider": "site",
            "regSource": "web",
        }
        if number % 100 == 99:
            _make_nasty(account, number // 100)
        yield account


def _mixed(number: int, seed: int) -> int:
    """Spread a number over 64 bits, as the generator SplitMix64 does."""
    mixed = (number + 1) * 0x9E3779B97F4A7C15 + seed * 0xD1342543DE82EF95 & _BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _BITS
    return mixed ^ mixed >> 31


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


def _iso(millis: int) -> str:
    return f"{datetime.fromtimestamp(millis // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{millis % 1000:03d}Z"
