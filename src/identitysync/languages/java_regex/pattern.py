"""A compiled Java regular expression."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from identitysync.errors import PatternError, RecordRejected
from identitysync.languages.java_regex.replacement import compile_replacement
from identitysync.languages.java_regex.translate import translate

TIMEOUT: Final = 1.0
"""Seconds that a pattern with much backtracking may take for one text."""


@attrs.frozen(eq=False)
class JavaRegex:
    """A pattern that means what it means in Java.

    Attributes:
        text: The pattern as it was written.
        matches_empty: Whether it matches the empty text.
        timed: Whether it runs on the ``regex`` module, under a time-out.
    """

    text: str
    timed: bool
    _pattern: Any = attrs.field(repr=False)
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

    def full_match(self, text: str) -> bool:
        """Tell whether it matches a text as a whole.

        Args:
            text: The text.

        Returns:
            Whether it does.

        Raises:
            RecordRejected: It took too long.
        """
        return self._timed(self._pattern.fullmatch, text) is not None

    def find(self, text: str) -> bool:
        """Tell whether it matches anywhere in a text.

        Args:
            text: The text.

        Returns:
            Whether it does.

        Raises:
            RecordRejected: It took too long.
        """
        return self._timed(self._pattern.search, text) is not None

    def split(self, text: str) -> list[str]:
        """Cut a text at every match, as ``String.split`` does with a negative limit.

        Args:
            text: The text.

        Returns:
            The pieces.
        """
        pieces: list[str] = []
        start = 0
        for match in self._pattern.finditer(text):
            if match.end() == 0:
                continue
            pieces.append(text[start : match.start()])
            start = match.end()
        return [*pieces, text[start:]]

    def replace_all(self, text: str, replacement: str) -> str:
        """Replace every match.

        Args:
            text: The text.
            replacement: What takes their place; ``$1`` is the first group.

        Returns:
            The new text.
        """
        return self.replacer(replacement)(text)

    def replace_first(self, text: str, replacement: str) -> str:
        """Replace the first match.

        Args:
            text: The text.
            replacement: What takes its place.

        Returns:
            The new text.
        """
        made = _replacing(compile_replacement(replacement, self))
        return str(self._timed(lambda given, **more: self._pattern.sub(made, given, count=1, **more), text))

    def replacer(self, replacement: str) -> Callable[[str], str]:
        """Make a function that replaces every match: the fast way for many texts.

        Args:
            replacement: What takes their place; ``$1`` is the first group.

        Returns:
            A function from a text to the new text.

        Raises:
            PatternError: The replacement names a group that is not there.
        """
        made = _replacing(compile_replacement(replacement, self))
        search, substitute, timed = self._pattern.search, self._pattern.sub, self._timed

        def replace(text: str) -> str:
            return substitute(made, text) if search(text) else text

        def replace_timed(text: str) -> str:
            return str(timed(lambda given, **more: substitute(made, given, **more), text))

        return replace_timed if self.timed else replace

    def _timed(self, work: Callable[..., Any], text: str) -> Any:
        if not self.timed:
            return work(text)
        try:
            return work(text, timeout=TIMEOUT)
        except TimeoutError as fault:
            message = f"the regular expression {self.text[:60]!r} took longer than {TIMEOUT:g} second"
            raise RecordRejected(message, code="regex-timeout") from fault

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_regex, (self.text,)


def _replacing(replacement: str | Callable[[Any], str]) -> Any:
    """Keep Python from reading escapes in a plain replacement."""
    if isinstance(replacement, str) and "\\" in replacement:
        return lambda _: replacement
    return replacement


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
    timed = made.needs_regex or made.may_explode
    try:
        if timed:
            import regex

            return JavaRegex(text, True, regex.compile(made.source, regex.V1 | regex.ASCII))
        return JavaRegex(text, False, re.compile(made.source, re.ASCII))
    except Exception as fault:
        raise PatternError(f"the regular expression {text!r} is not valid: {fault}", text, 0) from fault
