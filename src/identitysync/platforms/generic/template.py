"""Texts with holes, ``{"email": ${profile.email}}``: what goes in is quoted as the place of the hole demands."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.platforms.generic.quoting import (
    Quote,
    in_form,
    in_header,
    in_json,
    in_json_text,
    in_text,
    in_url,
    in_xml,
)
from identitysync.values import MISSING, json_value

_HOLE: Final = re.compile(r"\$\{([^{}]*)\}")
_SECRET: Final = re.compile(r"(env|file|keyring):")
Lookup = Callable[[str], Any]
"""Gives the value of a name; ``MISSING`` when there is none."""


class BodyFormat(StrEnum):
    """How a body is written."""

    JSON = "json"
    FORM = "form"
    XML = "xml"
    TEXT = "text"


@attrs.frozen
class Template:
    """A text with holes.

    Attributes:
        parts: The text before each hole, its name, and how values are quoted there.
        end: The text after the last hole.
    """

    parts: tuple[tuple[str, str, Quote], ...]
    end: str

    @property
    def names(self) -> list[str]:
        """The names of the holes, in order."""
        return [name for _, name, _ in self.parts]

    def fill(self, value: Lookup) -> str:
        """Fill the holes.

        Args:
            value: Gives the value of a name.

        Returns:
            The text.

        Raises:
            RecordRejected: A value cannot stand where it should.
        """
        return "".join(self._pieces(value))

    def _pieces(self, value: Lookup) -> Iterator[str]:
        for before, name, write in self.parts:
            yield before
            found = value(name)
            yield write(None if found is MISSING else found)
        yield self.end


def header_template(text: str) -> Template:
    """Read the template of a header's value."""
    try:
        in_header(_HOLE.sub("", text))
    except RecordRejected as fault:
        raise InvalidParameter(str(fault)) from fault
    return _template(text, lambda _: in_header)


def query_template(text: str) -> Template:
    """Read the template of a query parameter's value, which is encoded as a whole later on."""
    return _template(text, lambda _: in_text)


def body_template(text: str, kind: BodyFormat) -> Template:
    """Read the template of a body.

    Args:
        text: The template.
        kind: How the body is written.

    Returns:
        The template.

    Raises:
        InvalidParameter: It is no template, or would give no JSON.
    """
    if kind is not BodyFormat.JSON:
        write = {BodyFormat.FORM: in_form, BodyFormat.XML: in_xml, BodyFormat.TEXT: in_text}[kind]
        return _template(text, lambda _: write)
    made = _template(text, lambda before: in_json_text if _inside_string(before) else in_json)
    try:
        json_value(made.fill(lambda _: 0))
    except ValueError as fault:
        raise InvalidParameter(f"with values in its holes this is no JSON: {fault}") from fault
    return made


def _inside_string(before: str) -> bool:
    inside = escaped = False
    for each in _HOLE.sub("", before):
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = inside
        elif each == '"':
            inside = not inside
    return inside


@attrs.frozen
class UrlTemplate:
    """An address with holes in its path and query; the host is always the same.

    Attributes:
        template: The address.
        path: The part of it without the query, to look at what the values make of it.
    """

    template: Template
    path: Template

    def fill(self, value: Lookup) -> str:
        """Fill the holes.

        Args:
            value: Gives the value of a name.

        Returns:
            The address.

        Raises:
            RecordRejected: A value would make it the address of something else: nothing, ``.`` or ``..`` in the path.
        """
        for _, name, _ in self.path.parts:
            if _is_nothing(value(name)):
                raise RecordRejected(f"the address needs {name}, which is missing or empty", code="missing-value")
        if self.path.parts and {".", ".."} & set(self.path.fill(value).split("/")[3:]):
            raise RecordRejected("a value would lead to another place of the address: '.' or '..'", code="unsafe-value")
        return self.template.fill(value)


def _is_nothing(value: Any) -> bool:
    return value is MISSING or value is None or value == ""


def url_template(text: str) -> UrlTemplate:
    """Read the template of an address.

    Args:
        text: The template.

    Returns:
        The template.

    Raises:
        InvalidParameter: It is no address, or values would choose the host.
    """
    head = text.split("${", 1)[0]
    try:
        parts = urlsplit(head)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or (head != text and head.count("/") < 3):
        raise InvalidParameter(
            f"an address begins with https:// and a host, which no value may choose; found {head[:80]!r}"
        )
    if "@" in parts.netloc:
        raise InvalidParameter("a name or password does not belong into an address; use auth")
    if "#" in text or any(each.isspace() for each in _HOLE.sub("", text)):
        raise InvalidParameter("an address has neither blanks nor a '#'; write %20 or %23 for them")
    return UrlTemplate(_template(text, lambda _: in_url), _template(text.split("?", 1)[0], lambda _: in_url))


def _template(text: str, write: Callable[[str], Quote]) -> Template:
    parts: list[tuple[str, str, Quote]] = []
    end = 0
    for hole in _HOLE.finditer(text):
        name = hole[1].strip()
        if not name:
            raise InvalidParameter("a hole ${} names nothing; write ${profile.email}")
        if _SECRET.match(name):
            raise InvalidParameter(f"{hole[0]} works as the whole value of a secret parameter only; use auth")
        parts.append((text[end : hole.start()], name, write(text[: hole.start()])))
        end = hole.end()
    if "${" in text[end:]:
        raise InvalidParameter("a hole '${' is never closed; put '}' after the name")
    return Template(tuple(parts), text[end:])
