"""A request as an emulator sees it, and the answer that refuses one."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from identitysync.testing.http.server import Reply, reply
from identitysync.values import json_value


@attrs.frozen
class Request:
    """A request.

    Attributes:
        verb: ``POST`` and so on.
        path: The path, percent-decoded.
        query: The query's parameters; the last of one name counts.
        headers: The headers by lower-case name.
        body: The body.
        target: What stood in the request line, as it came; for signatures over it, and for names that come twice.
    """

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)
    target: str = ""

    @classmethod
    def read(cls, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """Read a request as it came over the wire.

        Args:
            verb: The HTTP method.
            target: The request target: a path, or a whole URL.
            headers: The headers by lower-case name.
            body: The body.
        """
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(verb, unquote(parts.path), query, headers, body, target)

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return json_value(self.body)

    def form(self) -> dict[str, str]:
        """Read the body as a form; the last of one name counts."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def bearer(self) -> str:
        """Give the bearer token of the ``Authorization`` header, perhaps none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str]:
        """Give name and password of the ``Authorization`` header (RFC 7617), perhaps empty."""
        scheme, _, told = self.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(told if scheme.lower() == "basic" else "", validate=True).decode()
        except ValueError:
            pair = ""
        name, _, password = pair.partition(":")
        return name, password


class Refused(Exception):
    """A request that is refused: the answer that says so."""

    def __init__(self, status: int, body: Any = None, *, headers: Mapping[str, str] | None = None) -> None:
        """Refuse.

        Args:
            status: The HTTP status.
            body: The answer: bytes as they are, all else as JSON.
            headers: More headers.
        """
        super().__init__(f"HTTP {status}")
        self.reply: Reply = reply(body, status, headers=headers)
