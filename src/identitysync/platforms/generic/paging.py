"""Page after page: by number, by offset, by a cursor, by a link in the answer or in the ``Link`` header."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import attrs

from identitysync.contract import entry, param
from identitysync.errors import InvalidParameter, PlatformError
from identitysync.platforms.generic.answers import at
from identitysync.values import MISSING, FieldPath, text_of
from identitysync.world import HttpResponse

_LINK: Final = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s;,="]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)')
_RELATION: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


class PagingKind(StrEnum):
    """The ways to ask for the next page."""

    NONE = "none"
    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    NEXT_LINK = "nextLink"
    LINK_HEADER = "linkHeader"


def check_size(size: int | None) -> None:
    """Refuse a page without records."""
    if size is not None and size < 1:
        raise InvalidParameter(f"a page has 1 record at least; found {size}")


@entry
class Paging:
    """How the next page is asked for. `kind` tells which of the others count."""

    kind: PagingKind = param(doc="How the next page is asked for.", example="cursor")
    parameter: str = param(
        default="",
        doc="The query's parameter for the page's number, the offset or the cursor; without one it stands where url,"
        " query or body have `${page}`, `${offset}` or `${cursor}`.",
        example="cursor",
    )
    first: int | None = param(
        default=None, doc="The first page's number (1 by default), or the first offset (0 by default).", example=0
    )
    size: int | None = param(default=None, doc="Records of a page; `${size}`.", example=100, check=check_size)
    size_parameter: str = param(default="", doc="The query's parameter for the size.", example="limit")
    path: FieldPath | None = param(
        default=None,
        doc="Where an answer has the next cursor or link; for `page` and `offset`, where it says if there is more.",
        example="paging.next.after",
    )


def examine_paging(paging: Paging) -> Iterator[InvalidParameter]:
    """Find what a way of paging lacks.

    Args:
        paging: The way.

    Yields:
        Faults.
    """
    if paging.kind in {PagingKind.CURSOR, PagingKind.NEXT_LINK} and paging.path is None:
        yield InvalidParameter(f"the kind {paging.kind.value!r} needs path: where an answer has what comes next")
    if paging.size_parameter and paging.size is None:
        yield InvalidParameter("sizeParameter needs size: how many records a page has")


@attrs.frozen
class Ask:
    """What one page is asked for with.

    Attributes:
        place: The page's number, the offset or the cursor; None for the first page by a cursor.
        link: A whole address, in the place of all that.
    """

    place: Any = None
    link: str = ""


@attrs.frozen
class Page:
    """A page.

    Attributes:
        url: Where it was read.
        answer: The answer.
        content: What the answer holds.
        items: Its records; None when there is nothing at their place.
    """

    url: str
    answer: HttpResponse
    content: Any
    items: list[Any] | None

    @property
    def count(self) -> int:
        """How many records it has."""
        return len(self.items or ())


def follow(paging: Paging, fetch: Callable[[Ask], Page], host: str) -> Iterator[Page]:
    """Read page after page, to the last.

    Args:
        paging: How the next page is asked for.
        fetch: Reads a page.
        host: The host, for errors.

    Yields:
        The pages.

    Raises:
        PlatformError: The pages run in a circle, or a link leads to another host.
    """
    ask = _first(paging)
    asked: set[Any] = set()
    before: Page | None = None
    while True:
        page = fetch(ask)
        if before is not None and page.count and page.answer.body == before.answer.body:
            text = (
                f"two pages one after the other are the same; does it mind {paging.parameter or 'the page asked for'}?"
            )
            raise PlatformError(host, text, code="same-page")
        yield page
        following = _next(paging, ask, page)
        if following is None:
            return
        mark = following.link or text_of(following.place)
        if mark in asked:
            raise PlatformError(host, "its pages run in a circle: it names one again that was read", code="circle")
        asked.add(mark)
        if following.link:
            _same_origin(page.url, following.link, host)
        ask, before = following, page


def _first(paging: Paging) -> Ask:
    defaults = {PagingKind.PAGE: 1, PagingKind.OFFSET: 0}
    return Ask(defaults.get(paging.kind) if paging.first is None else paging.first)


def _next(paging: Paging, ask: Ask, page: Page) -> Ask | None:
    match paging.kind:
        case PagingKind.PAGE | PagingKind.OFFSET:
            more = at(page.content, paging.path) if paging.path else page.count
            if not page.count or more in (False, None, MISSING, 0, "", "false"):
                return None
            return Ask(ask.place + (1 if paging.kind is PagingKind.PAGE else page.count))
        case PagingKind.CURSOR:
            cursor = at(page.content, paging.path)
            return None if cursor in (None, MISSING, "", False) else Ask(cursor)
        case PagingKind.NEXT_LINK:
            link = at(page.content, paging.path)
            return Ask(link=urljoin(page.url, link)) if isinstance(link, str) and link else None
        case PagingKind.LINK_HEADER:
            link = next_link(page.answer.headers)
            return Ask(link=urljoin(page.url, link)) if link else None
    return None


def next_link(headers: Mapping[str, str]) -> str:
    """Find the link to the next page in a ``Link`` header (RFC 8288).

    Args:
        headers: The headers by lower-case name.

    Returns:
        The link's target, or nothing.
    """
    for target, params in _LINK.findall(headers.get("link", "")):
        found = _RELATION.search(params)
        if found and "next" in (found[1] or found[2] or "").lower().split():
            return str(target)
    return ""


def _same_origin(url: str, link: str, host: str) -> None:
    """Refuse a link that would carry the credentials elsewhere."""
    here, there = urlsplit(url), urlsplit(link)
    try:
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        same = False
    if not same:
        place = f"{there.scheme}://{there.hostname}"
        raise PlatformError(host, f"the next page is elsewhere, at {place}; it is not read there", code="other-host")
