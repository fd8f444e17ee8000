"""The parameters of generic calls, which reader and writer share: where to, who calls, what went well."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from identitysync.contract import Finding, entry, param
from identitysync.errors import InvalidParameter
from identitysync.platforms.generic.template import header_template, query_template, url_template
from identitysync.values import FieldPath, Secret

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS: Final = frozenset(
    {"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)


class Method(StrEnum):
    """The methods of HTTP that carry data to and fro."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class AuthKind(StrEnum):
    """The ways to show who calls."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"
    OAUTH2 = "oauth2"
    HMAC = "hmac"


class ClientAuth(StrEnum):
    """Where an OAuth 2 client shows its id and secret."""

    BASIC = "basic"
    BODY = "body"


def check_url(text: str) -> None:
    """Refuse what is no address."""
    url_template(text)


def check_token_url(text: str) -> None:
    """Refuse what is no address, if there is one."""
    if text:
        url_template(text)


def check_name(text: str) -> None:
    """Refuse what cannot be the name of a header."""
    if not _TOKEN.fullmatch(text):
        raise InvalidParameter(f"a header's name has letters, digits and dashes; found {text!r}")
    if text.lower() in _OURS:
        raise InvalidParameter(f"the header {text} is written by the library itself; leave it out")


def check_name_if_given(text: str) -> None:
    """Refuse what cannot be the name of a header, if there is one."""
    if text:
        check_name(text)


def check_header(text: str) -> None:
    """Refuse what is no value of a header."""
    header_template(text)


def check_query(text: str) -> None:
    """Refuse what is no template."""
    query_template(text)


def check_prefix(text: str) -> None:
    """Refuse what a header cannot hold."""
    header_template(text.replace("${", ""))


def check_rate(rate: float | None) -> None:
    """Refuse a pace that never comes to an end."""
    if rate is not None and not 0.001 <= rate <= 10_000:
        raise InvalidParameter(f"calls in a second are 0.001 to 10000; found {rate}")


def check_connections(count: int) -> Iterator[Finding]:
    """Refuse a number of connections that makes no sense."""
    if not 1 <= count <= 100:
        raise InvalidParameter(f"1 to 100 connections can be used at once; found {count}")
    yield from ()


def check_statuses(statuses: list[int]) -> None:
    """Refuse what is no HTTP status."""
    for each in statuses:
        if not 100 <= each <= 599:
            raise InvalidParameter(f"an HTTP status is 100 to 599; found {each}")


@entry
class Header:
    """One header of every call."""

    name: str = param(doc="The header's name.", example="Accept-Language", check=check_name)
    value: str = param(
        doc="Its value, which may have holes such as `${profile.locale}`.", example="en", variables=True,
        check=check_header,
    )  # fmt: skip


@entry
class QueryParameter:
    """One parameter of the query."""

    name: str = param(doc="The parameter's name.", example="updated_after")
    value: str = param(
        doc="Its value, which may have holes; an empty one is left out.", example="${since}", variables=True,
        check=check_query,
    )  # fmt: skip


@entry
class Auth:
    """Who calls. `kind` tells which of the others count."""

    kind: AuthKind = param(doc="How it is shown who calls.", example="bearer")
    username: str = param(default="", doc="For `basic`: the user.", example="sync")
    password: Secret | None = param(
        default=None, doc="For `basic`: the password.", example="${env:API_PASSWORD}", secret=True
    )
    key: Secret | None = param(
        default=None, doc="The token of `bearer`, or the key of `header`, `query` and `hmac`.",
        example="${env:API_KEY}", secret=True,
    )  # fmt: skip
    name: str = param(
        default="", doc="The header of `header` and `hmac`, the query's parameter of `query`.", example="X-Api-Key"
    )
    prefix: str = param(
        default="", doc="What stands in the header before the key, or before the signature.", example="Token ",
        check=check_prefix,
    )  # fmt: skip
    signed: str = param(
        default="${body}",
        doc="For `hmac`: what is signed by HMAC-SHA256, with `${method}`, `${path}` (the query with it), `${timestamp}`"
        " (Unix seconds) and `${body}`; the signature is written in hexadecimal digits.",
        example="${timestamp}.${body}", code=True,
    )  # fmt: skip
    timestamp_header: str = param(
        default="",
        doc="For `hmac`: the header that carries the timestamp.",
        example="X-Timestamp",
        check=check_name_if_given,
    )
    token_url: str = param(
        default="", doc="For `oauth2`: where tokens come from.", example="https://login.example.com/oauth/token",
        check=check_token_url,
    )  # fmt: skip
    client_id: str = param(default="", doc="For `oauth2`: the client.", example="identitysync")
    client_secret: Secret | None = param(
        default=None, doc="For `oauth2`: the client's secret.", example="${env:CLIENT_SECRET}", secret=True
    )
    refresh_token: Secret | None = param(
        default=None, doc="For `oauth2`: a refresh token; without one the client signs in for itself.",
        example="${env:REFRESH_TOKEN}", secret=True,
    )  # fmt: skip
    scope: str = param(default="", doc="For `oauth2`: what is asked for.", example="contacts.read")
    client_auth: ClientAuth = param(
        default=ClientAuth.BASIC, doc="For `oauth2`: whether the client signs in by a header or in the `body`.",
        example="body",
    )  # fmt: skip


@entry
class Success:
    """When a call went well, and where an answer says why it did not."""

    statuses: list[int] = param(
        default=[], doc="HTTP statuses of success; none for 200 to 299.", example=[200, 409], check=check_statuses
    )
    path: FieldPath | None = param(default=None, doc="A place in the answer that must hold `equals`.", example="status")
    equals: str = param(default="true", doc="What stands there when all went well.", example="ok")
    message_path: FieldPath | None = param(
        default=None, doc="Where an answer has the text of its error; without it, its beginning is shown.",
        example="error.message",
    )  # fmt: skip
    code_path: FieldPath | None = param(
        default=None, doc="Where an answer has the code of its error; without it, the HTTP status.",
        example="error.code",
    )  # fmt: skip


@entry
class Retry:
    """When a call is made again."""

    statuses: list[int] = param(
        default=[408, 425, 429, 500, 502, 503, 504], doc="HTTP statuses after which the same call may work.",
        example=[429, 503], check=check_statuses,
    )  # fmt: skip
    repeatable: bool | None = param(
        default=None,
        doc="Whether the same call does no harm when it was done already; by default so for GET, PUT, DELETE, and"
        " with `idempotencyHeader`.",
        example=True,
    )
    idempotency_header: str = param(
        default="",
        doc="A header for a key that is the same for all tries of one call.",
        example="Idempotency-Key",
        check=check_name_if_given,
    )


@entry
class CallParams:
    """What reader and writer share."""

    url: str = param(
        doc="The address, which may have holes in its path and query: `${contact.id}`.",
        example="https://api.example.com/v2/contacts", variables=True, check=check_url,
    )  # fmt: skip
    auth: Auth | None = param(
        default=None, doc="Who calls; nobody by default.", example={"kind": "bearer", "key": "${env:API_TOKEN}"}
    )
    query: list[QueryParameter] = param(
        default=[], doc="Parameters of the query.", example=[{"name": "status", "value": "active"}]
    )
    headers: list[Header] = param(
        default=[], doc="Headers of every call.", example=[{"name": "Accept-Language", "value": "en"}]
    )
    success: Success | None = param(
        default=None, doc="When a call went well; by default when its HTTP status is 200 to 299.",
        example={"path": "status", "equals": "ok"},
    )  # fmt: skip
    retry: Retry | None = param(
        default=None, doc="When a call is made again.", example={"idempotencyHeader": "Idempotency-Key"}
    )
    calls_per_second: float | None = param(
        default=None, doc="Calls in a second at most; as many as the connections can by default.", example=10,
        text=True, check=check_rate,
    )  # fmt: skip
