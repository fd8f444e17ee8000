"""What servers write in a listing: MLSD (RFC 3659, section 7), else the lines of ``ls -l`` or of DOS."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import attrs

from identitysync.errors import RemoteError

_UNIX: Final = re.compile(
    r"(?P<kind>[-dlbcpsD])[-rwxsStTlL]{9}\S?\s+\d+\s+.*?(?P<size>\d+)(?:,\s*\d+)?\s+"
    r"(?:[A-Za-z]{3}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d{2})|\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}(?::\S+)?) (?P<name>.+)"
)
_DOS: Final = re.compile(
    r"\d{2}-\d{2}-\d{2,4}\s+\d{1,2}:\d{2}(?:[AP]M)?\s+(?P<size><DIR>|<[A-Z]+>|\d+)\s(?P<name>.+)", re.IGNORECASE
)
_MOMENT: Final = re.compile(r"(\d{14})(\.\d+)?")


@attrs.frozen
class Found:
    """One name in a listing.

    Attributes:
        name: The name; bytes that are no UTF-8 are kept as lone surrogates.
        size: Its bytes; None where the listing does not tell.
        modified: When it was last changed, where the listing tells it in full.
        link: Whether it leads elsewhere, so that it may be a file or not.
    """

    name: str
    size: int | None
    modified: datetime | None = None
    link: bool = False


def read_facts(listing: bytes) -> Iterator[Found]:
    """Read the answer to MLSD.

    Args:
        listing: All lines.

    Yields:
        Files and links; folders are left out.

    Raises:
        RemoteError: A line is something else.
    """
    for line in _lines(listing):
        facts, blank, name = line.partition(" ")
        if not blank or (facts and not facts.endswith(";")):
            raise RemoteError(f"the line {line!r} of the server's listing (MLSD) is not understood")
        told = {key.lower(): value for key, _, value in (fact.partition("=") for fact in facts.split(";") if fact)}
        kind = told.get("type", "file").lower()
        link = "link" in kind
        if kind == "file" or link:
            size = told.get("size", "")
            yield Found(
                name, int(size) if size.isdecimal() and not link else None, moment(told.get("modify", "")), link
            )


def read_lines(listing: bytes) -> Iterator[Found]:
    """Read the answer to LIST, whose times are not exact and therefore left out.

    Args:
        listing: All lines.

    Yields:
        Files and links; folders are left out.

    Raises:
        RemoteError: A line is something else.
    """
    for line in _lines(listing):
        if re.fullmatch(r"total \d+.*", line, re.IGNORECASE):
            continue
        if match := _UNIX.fullmatch(line):
            name, kind = match["name"], match["kind"]
            if kind == "l":
                yield Found(name.partition(" -> ")[0], None, link=True)
            elif kind == "-":
                yield Found(name, int(match["size"]))
        elif match := _DOS.fullmatch(line):
            if match["size"].isdecimal():
                yield Found(match["name"], int(match["size"]))
        else:
            raise RemoteError(f"the line {line!r} of the server's listing (LIST) is not understood")


def moment(text: str) -> datetime | None:
    """Read a time as MLSD and MDTM tell it, in UTC.

    Args:
        text: ``20261124224107``, perhaps with a fraction.

    Returns:
        The time, or None when it is none.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        whole = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return whole.replace(microsecond=int(float(f"0{match[2] or '.0'}") * 1_000_000))


def _lines(listing: bytes) -> list[str]:
    return [line.rstrip("\r") for line in listing.decode("utf-8", "surrogateescape").split("\n") if line.rstrip("\r")]
