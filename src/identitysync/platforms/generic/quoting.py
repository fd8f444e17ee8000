"""How a value of a record is written where it stands: one function for each place, and no other way in."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, quote_plus

from identitysync.errors import RecordRejected
from identitysync.values import json_bytes, text_of

Quote = Callable[[Any], str]

_LINE_END: Final = re.compile(r"[\r\n\x00]")
_NOT_IN_HEADER: Final = re.compile(r"[^\t\x20-\x7e]")
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def _plain(value: Any) -> str:
    try:
        text = text_of(value)
        text.encode()
    except ValueError as fault:  # a lone surrogate is one, too
        raise RecordRejected(f"a value cannot be written as text: {fault}", code="cannot-be-sent") from fault
    return text


def in_json(value: Any) -> str:
    """Write a value as JSON; null when it is missing."""
    try:
        return json_bytes(value).decode()
    except ValueError as fault:
        raise RecordRejected(f"a value cannot be written as JSON: {fault}", code="cannot-be-sent") from fault


def in_json_text(value: Any) -> str:
    """Write a value's text amid the text of a JSON string."""
    return in_json(_plain(value))[1:-1]


def in_form(value: Any) -> str:
    """Write a value's text in a form (application/x-www-form-urlencoded)."""
    return quote_plus(_plain(value))


def in_url(value: Any) -> str:
    """Write a value's text in one segment of a path, or in a query: all that has a meaning there is encoded."""
    return quote(_plain(value), safe="")


def in_header(value: Any) -> str:
    """Write a value's text in a header; refuse what could end it."""
    text = _plain(value)
    if found := _NOT_IN_HEADER.search(text):
        raise RecordRejected(f"a header cannot hold the character {found[0]!r}", code="cannot-be-sent")
    return text


def in_xml(value: Any) -> str:
    """Write a value's text between two tags, or in the quotes of an attribute."""
    text = _plain(value)
    if found := _NOT_IN_XML.search(text):
        raise RecordRejected(f"XML cannot hold the character {found[0]!r}", code="cannot-be-sent")
    return "".join(_XML.get(each, each) for each in text)


def in_text(value: Any) -> str:
    """Write a value's text as it is; refuse line ends, which could begin another line of the sender's choice."""
    text = _plain(value)
    if _LINE_END.search(text):
        raise RecordRejected("a value with a line end cannot stand in a plain text", code="cannot-be-sent")
    return text
