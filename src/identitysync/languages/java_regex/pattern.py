"""A compiled Java regular expression."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from time import monotonic
from typing import Any, Final

import attrs

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex.replacement import compile_replacement
from identitysync.languages.java_regex.translate import translate

TIMEOUT: Final = 1.0
"""Seconds that a pattern with much backtracking may take for one text."""

_STEPS: Final = 10_000_000
"""How many steps of backtracking, at worst, are done without a look at the time: about 0.1 seconds."""

_UNBOUNDED: Final = 1 << 62


@attrs.frozen(eq=False)
class JavaRegex:
    """A pattern that means what it means in Java.

    Attributes:
        text: The pattern as it was written.
        matches_empty: Whether it matches the empty text.
        timed: Whether it always runs on the ``regex`` module, under a time-out; other patterns do so for long texts.
    """

    text: str
    timed: bool
    _pattern: Any = attrs.field(repr=False)
    _longest: int = attrs.field(repr=False)
    _nothing: bool = attrs.field(repr=False)  # whether a match may be empty
    matches_empty: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "matches_empty", self._pattern.match("") is not None)

    @property
    def group_count(self) -> int:
        """How many groups it has."""
        return int(self._pattern.groups)

    @property
    def group_names(self) -> Mapping[str, int]:
        """The numbers of its named groups."""
        names: Mapping[str, int] = self._pattern.groupindex
        return names

    @property
    def searcher(self) -> Callable[[str], Any] | None:
        """What finds a match in any text, or None, without a clock; nothing when some texts need one."""
        return self._pattern.search if self._longest == _UNBOUNDED and not self._nothing else None

    def full_match(self, text: str) -> bool:
        """Tell whether it matches a text as a whole.

        Args:
            text: The text.

        Returns:
            Whether it does.

        Raises:
            RecordRejected: It took too long.
        """
        if len(text) <= self._longest:
            return self._pattern.fullmatch(text) is not None
        return self._timed(lambda pattern: pattern.fullmatch(text, timeout=TIMEOUT)) is not None

    def find(self, text: str) -> bool:
        """Tell whether it matches anywhere in a text.

        Args:
            text: The text.

        Returns:
            Whether it does.

        Raises:
            RecordRejected: It took too long.
        """
        if len(text) <= self._longest:
            return self._pattern.search(text) is not None
        return self._timed(lambda pattern: pattern.search(text, timeout=TIMEOUT)) is not None

    def split(self, text: str, limit: int = 0) -> list[str]:
        """Cut a text at the matches, as ``String.split`` does.

        Args:
            text: The text.
            limit: How many pieces there may be; 0 drops the empty ones at the end, less than 0 keeps all.

        Returns:
            The pieces.

        Raises:
            RecordRejected: It took too long.
        """
        if len(text) <= self._longest:
            return _pieces(text, _matches(self._pattern, text, timed=False), limit)
        return list(self._timed(lambda pattern: _pieces(text, _matches(pattern, text, timed=True), limit)))

    def replace_all(self, text: str, replacement: str, longest: int | None = None) -> str:
        """Replace every match.

        Args:
            text: The text.
            replacement: What takes their place; ``$1`` is the first group.
            longest: How many characters the new text may have.

        Returns:
            The new text.

        Raises:
            PatternError: The replacement is wrong.
            RecordRejected: It took too long, or the new text became too long.
        """
        return self._replaced(text, _counted(compile_replacement(replacement, self), len(text), longest), 0)

    def replace_first(self, text: str, replacement: str) -> str:
        """Replace the first match.

        Args:
            text: The text.
            replacement: What takes its place.

        Returns:
            The new text.

        Raises:
            PatternError: The replacement is wrong.
            RecordRejected: It took too long.
        """
        return self._replaced(text, _plain(compile_replacement(replacement, self)), 1)

    def replacer(self, replacement: str) -> Callable[[str], str]:
        """Make a function that replaces every match: the fast way for many texts.

        Args:
            replacement: What takes their place; ``$1`` is the first group.

        Returns:
            A function from a text to the new text.

        Raises:
            PatternError: The replacement names a group that is not there.
        """
        made = _plain(compile_replacement(replacement, self))
        search, substitute, replaced = self._pattern.search, self._pattern.sub, self._replaced
        longest = -1 if self._nothing else self._longest

        def replace(text: str) -> str:
            if len(text) > longest:
                return replaced(text, made, 0)
            # most texts hold no match, and looking for one is cheaper than replacing
            return substitute(made, text) if search(text) else text

        return replace

    def _replaced(self, text: str, made: Any, count: int) -> str:
        work = _put if self._nothing else _substituted
        if len(text) <= self._longest:
            return work(self._pattern, text, made, count, timed=False)
        return str(self._timed(lambda pattern: work(pattern, text, made, count, timed=True)))

    def _timed(self, work: Callable[[Any], Any]) -> Any:
        try:
            return work(_timed_pattern(self.text))
        except TimeoutError as fault:
            message = f"the regular expression {self.text[:60]!r} took longer than {TIMEOUT:g} second"
            raise RecordRejected(message, code="regex-timeout") from fault

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_regex, (self.text,)


def _matches(pattern: Any, text: str, *, timed: bool) -> Iterator[Any]:
    """Find matches as ``Matcher.find`` does: behind an empty one it goes on a letter further, Python does not."""
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


def _substituted(pattern: Any, text: str, made: Any, count: int, *, timed: bool) -> str:
    return str(pattern.sub(made, text, count=count, **({"timeout": TIMEOUT} if timed else {})))


def _put(pattern: Any, text: str, made: Any, count: int, *, timed: bool) -> str:
    parts: list[str] = []
    start = 0
    for match in islice(_matches(pattern, text, timed=timed), count or None):
        parts += (text[start : match.start()], made if isinstance(made, str) else made(match))
        start = match.end()
    return "".join([*parts, text[start:]])


def _pieces(text: str, matches: Iterator[Any], limit: int) -> list[str]:
    found: list[str] = []
    start = 0
    for match in matches:
        if match.end() == 0:
            continue  # Java puts no empty piece before a match of nothing at the beginning
        if 0 < limit == len(found) + 1:
            break
        found.append(text[start : match.start()])
        start = match.end()
    if start == 0:
        return [text]
    found.append(text[start:])
    if limit == 0:
        while found and not found[-1]:
            found.pop()
    return found


def _plain(replacement: str | Callable[[Any], str]) -> Any:
    """Keep Python from reading escapes in a plain replacement."""
    if isinstance(replacement, str) and "\\" in replacement:
        return lambda _: replacement
    return replacement


def _counted(replacement: str | Callable[[Any], str], given: int, longest: int | None) -> Any:
    """Stop a replacement whose result would become too long."""
    if longest is None or (isinstance(replacement, str) and given + (given + 1) * len(replacement) <= longest):
        return _plain(replacement)
    size = given

    def put(match: Any) -> str:
        nonlocal size
        part = replacement if isinstance(replacement, str) else replacement(match)
        size += len(part)
        if size > longest:
            raise RecordRejected(f"the text would have more than {longest} characters", code="too-long")
        return part

    return put


@lru_cache(maxsize=1024)
def compile_regex(text: str) -> JavaRegex:
    """Compile a pattern.

    Args:
        text: A pattern of ``java.util.regex``.

    Returns:
        The pattern.

    Raises:
        PatternError: The syntax is wrong; the offset says where.
    """
    made = translate(text)
    if not made.extended:
        try:
            pattern = re.compile(made.source, re.ASCII)
        except (re.error, RecursionError, OverflowError):
            pass  # such as a look-behind of no fixed length: the other module may take it
        else:
            if not made.explodes:
                longest = _UNBOUNDED if made.degree == 0 else int(_STEPS ** (1 / (made.degree + 1)))
                return JavaRegex(text, False, pattern, longest, made.width == 0)
    return JavaRegex(text, True, _timed_pattern(text), -1, made.width == 0)


@lru_cache(maxsize=256)
def _timed_pattern(text: str) -> Any:
    import regex

    made = translate(text, extended=True)
    try:
        return regex.compile(made.source, regex.V1)
    except (regex.error, RecursionError, OverflowError, MemoryError) as fault:
        raise PatternError(f"the regular expression {text[:60]!r} is not valid: {fault}") from fault
