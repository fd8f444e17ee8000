"""Walk over the matches of a pattern, and put a text together anew, as ``Matcher`` and ``String.split`` do it."""

from collections.abc import Callable, Iterator
from itertools import islice
from time import monotonic
from typing import Any, Final

from identitysync.errors import RecordRejected

TIMEOUT: Final = 1.0
"""Seconds that a pattern with much backtracking may take for one text."""


def matches(pattern: Any, text: str, *, timed: bool) -> Iterator[Any]:
    """Find matches as ``Matcher.find`` does: behind an empty one it goes on a letter further, Python does not.

    Args:
        pattern: A pattern of ``re``, or one of ``regex`` when it is timed.
        text: The text.
        timed: Whether to mind the time, which all searches share.

    Yields:
        Each match.

    Raises:
        TimeoutError: It took too long.
    """
    position = 0
    # the time is a budget for all searches together, taken as the regex module takes it for one
    end = monotonic() + TIMEOUT if timed else 0.0
    while position <= len(text):
        if not timed:
            match = pattern.search(text, position)
        elif (left := end - monotonic()) > 0:
            match = pattern.search(text, position, timeout=left)
        else:
            raise TimeoutError
        if match is None:
            return
        yield match
        position = match.end() + (match.end() == match.start())


def substituted(pattern: Any, text: str, made: Any, count: int, *, timed: bool) -> str:
    """Replace as Python does, which is right when no match is empty; ``count`` of them, or all when it is 0."""
    return str(pattern.sub(made, text, count=count, **({"timeout": TIMEOUT} if timed else {})))


def put(pattern: Any, text: str, made: Any, count: int, *, timed: bool) -> str:
    """Replace as Java does, also where a match is empty; ``count`` of them, or all when it is 0."""
    parts: list[str] = []
    start = 0
    for match in islice(matches(pattern, text, timed=timed), count or None):
        parts += (text[start : match.start()], made if isinstance(made, str) else made(match))
        start = match.end()
    return "".join([*parts, text[start:]])


def pieces(text: str, found: Iterator[Any], limit: int) -> list[str]:
    """Cut a text at matches.

    Args:
        text: The text.
        found: The matches in it.
        limit: How many pieces there may be; 0 drops the empty ones at the end, less than 0 keeps all.

    Returns:
        The pieces.
    """
    cut: list[str] = []
    start = 0
    for match in found:
        if match.end() == 0:
            continue  # Java puts no empty piece before a match of nothing at the beginning
        if 0 < limit == len(cut) + 1:
            break
        cut.append(text[start : match.start()])
        start = match.end()
    if start == 0:
        return [text]
    cut.append(text[start:])
    if limit == 0:
        while cut and not cut[-1]:
            cut.pop()
    return cut


def plain(replacement: str | Callable[[Any], str]) -> Any:
    """Keep Python from reading escapes in a plain replacement."""
    if isinstance(replacement, str) and "\\" in replacement:
        return lambda _: replacement
    return replacement


def counted(replacement: str | Callable[[Any], str], given: int, longest: int | None) -> Any:
    """Stop a replacement whose result would become too long.

    Args:
        replacement: What takes the place of a match.
        given: How long the text is.
        longest: How long the new one may be, or None.

    Returns:
        What to replace by; it raises ``RecordRejected``.
    """
    if longest is None or (isinstance(replacement, str) and given + (given + 1) * len(replacement) <= longest):
        return plain(replacement)
    size = given

    def limited(match: Any) -> str:
        nonlocal size
        part = replacement if isinstance(replacement, str) else replacement(match)
        size += len(part)
        if size > longest:
            raise RecordRejected(f"the text would have more than {longest} characters", code="too-long")
        return part

    return limited
