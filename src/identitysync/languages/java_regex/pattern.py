"""A compiled Java regular expression."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex.replacement import compile_replacement
from identitysync.languages.java_regex.translate import Translation, translate
from identitysync.languages.java_regex.walking import TIMEOUT, counted, matches, pieces, plain, put, substituted

_STEPS: Final = 10_000_000
"""How many steps a search may take, at worst, without a look at the time: about 0.1 seconds."""

_FEW: Final = 100
"""So many steps for every letter of a text are no reason to look at the time."""

_LETTERS: Final = re.compile(r"\[((?:[^\\\]\[^&-]|\\[rntf\\|.^$*+?()\[\]{}\"'-])+)\]")
_LETTER: Final = re.compile(r"\\?[\s\S]")
_ESCAPES: Final = {"\\r": "\r", "\\n": "\n", "\\t": "\t", "\\f": "\f"}
_UNBOUNDED: Final = 1 << 62

_ODD: Final = re.compile("[^\x00-\xb1\xb4-\xb8\xba\xbb\xbf-\u02ff\u0370-\u0482\u048a-\u0557]")
"""Characters of which ``re`` and Java may think differently whether they belong to a word: of all others both agree."""


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
    _edges: bool = attrs.field(default=False, repr=False)  # whether it looks for the edges of words
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
        free = self._longest == _UNBOUNDED and not self._nothing and not self._edges
        return self._pattern.search if free else None

    @property
    def letters(self) -> str | None:
        """The letters of which a text must hold one to have a match, when the pattern is just a class of them."""
        found = _LETTERS.fullmatch(self.text)
        if found is None or self.searcher is None:
            return None
        return "".join(_ESCAPES.get(each, each[-1]) for each in _LETTER.findall(found[1]))

    def full_match(self, text: str) -> bool:
        """Tell whether it matches a text as a whole.

        Args:
            text: The text.

        Returns:
            Whether it does.

        Raises:
            RecordRejected: It took too long.
        """
        if self._is_easy(text):
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
        if self._is_easy(text):
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
        if self._is_easy(text):
            return pieces(text, matches(self._pattern, text, timed=False), limit)
        return list(self._timed(lambda pattern: pieces(text, matches(pattern, text, timed=True), limit)))

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
        return self._replaced(text, counted(compile_replacement(replacement, self), len(text), longest), 0)

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
        return self._replaced(text, plain(compile_replacement(replacement, self)), 1)

    def replacer(self, replacement: str) -> Callable[[str], str]:
        """Make a function that replaces every match: the fast way for many texts.

        Args:
            replacement: What takes their place; ``$1`` is the first group.

        Returns:
            A function from a text to the new text.

        Raises:
            PatternError: The replacement names a group that is not there.
        """
        made = plain(compile_replacement(replacement, self))
        search, substitute, replaced = self._pattern.search, self._pattern.sub, self._replaced
        longest = -1 if self._nothing else self._longest
        edges = self._edges

        def replace(text: str) -> str:
            if len(text) > longest or (edges and not text.isascii() and _ODD.search(text)):
                return replaced(text, made, 0)
            # most texts hold no match, and looking for one is cheaper than replacing
            return substitute(made, text) if search(text) else text

        return replace

    def _is_easy(self, text: str) -> bool:
        return len(text) <= self._longest and (not self._edges or text.isascii() or _ODD.search(text) is None)

    def _replaced(self, text: str, made: Any, count: int) -> str:
        work = put if self._nothing else substituted
        if self._is_easy(text):
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
                return JavaRegex(text, False, pattern, _longest(made), made.width == 0, made.edges)
    return JavaRegex(text, True, _timed_pattern(text), -1, made.width == 0)


def _longest(made: Translation) -> int:
    """Tell how long a text may be that is searched without a clock."""
    if made.degree == 0 and made.steps <= _FEW:
        return _UNBOUNDED
    return int((_STEPS / max(made.steps, 1)) ** (1 / (made.degree + 1)))


@lru_cache(maxsize=256)
def _timed_pattern(text: str) -> Any:
    import regex

    made = translate(text, extended=True)
    try:
        return regex.compile(made.source, regex.V1)
    except (regex.error, RecursionError, OverflowError, MemoryError) as fault:
        raise PatternError(f"the regular expression {text[:60]!r} is not valid: {fault}") from fault
