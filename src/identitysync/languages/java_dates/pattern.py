"""A date pattern: it writes moments and reads them back.

The letters are those of SimpleDateFormat, and those of DateTimeFormatter that SimpleDateFormat does not know. Where
SimpleDateFormat is of little use we differ, and say so:

- four to nine ``S`` are a fraction of a second, and three or more ``u`` a year, as in ``DateTimeFormatter``;
- reading is strict unless it is asked to be lenient;
- what was written is read back: ``1030`` by ``Hmm`` is half past ten, where Java reads half past one;
- a year of two digits lies between 1950 and 2049, whatever day it is;
- the calendar is Gregorian throughout, also before 1582;
- names of zones are their short ones, also by ``zzzz``.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

import attrs

from identitysync.errors import PatternError
from identitysync.languages.java_dates.lenient import compile_leniently, told_by
from identitysync.languages.java_dates.letters import Letters, split
from identitysync.languages.java_dates.reading import Reader, Told, compile_parts, openness
from identitysync.languages.java_dates.resolving import moment, rolled
from identitysync.languages.java_dates.writing import Writer, writer

_MOST_OPEN: Final = 12
_MOST_TEXT: Final = 1000


@attrs.frozen
class DatePattern:
    """A compiled pattern.

    Attributes:
        text: The pattern as it was written.
    """

    text: str
    _writers: tuple[Writer, ...] = attrs.field(eq=False, repr=False)
    _expression: re.Pattern[str] = attrs.field(eq=False, repr=False)
    _readers: tuple[Reader, ...] = attrs.field(eq=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        return compile_pattern, (self.text,)

    def format(self, moment: datetime) -> str:
        """Write a moment.

        Args:
            moment: A moment aware of its zone, which is the zone it is written in.

        Returns:
            The text.
        """
        return "".join([write(moment) for write in self._writers])

    def parse(self, text: str, zone: tzinfo = UTC, *, lenient: bool = False) -> datetime:
        """Read a moment, strictly: the whole text must fit, the date must exist and not contradict itself.

        Args:
            text: The text.
            zone: The zone of texts that tell none.
            lenient: Whether to read as Java does by default: a number that is too large rolls over, and what stands
                behind the end is not looked at.

        Returns:
            The moment, aware of its zone.

        Raises:
            ValueError: The text does not fit; the message tells why.
        """
        expression, readers = compile_leniently(self.text) if lenient else (self._expression, self._readers)
        found = None
        if len(text) <= _MOST_TEXT:
            found = expression.match(text) if lenient else expression.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:100]!r} does not fit the date pattern {self.text!r}")
        try:
            return rolled(*told_by(readers, found.groups()), zone) if lenient else self._moment(found.groups(), zone)
        except ValueError as fault:
            raise ValueError(f"{text[:100]!r} does not fit the date pattern {self.text!r}: {fault}") from None

    def _moment(self, groups: tuple[str, ...], zone: tzinfo) -> datetime:
        told: Told = {}
        zone_text: str | None = None
        for reader, text in zip(self._readers, groups, strict=True):
            if reader.key in "zZXxVO":
                if zone_text not in (None, text):
                    raise ValueError(f"{zone_text} and {text} are different zones")
                zone_text = text
                continue
            value = reader.read(text)
            if told.setdefault(reader.key, value) != value:
                raise ValueError(f"{text!r} contradicts what stands before")
        return moment(told, zone_text, zone)


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> DatePattern:
    """Read a pattern.

    Args:
        text: Letters as in ``SimpleDateFormat``; plain letters stand in single quotes, ``''`` is a quote.

    Returns:
        The pattern.

    Raises:
        PatternError: A letter means nothing or stands too often, or a quote is never closed.
    """
    parts = split(text)
    if openness(parts) > _MOST_OPEN:
        raise PatternError("the date pattern could be read in too many ways; put separators between its fields", text)
    expression, readers = compile_parts(parts)
    return DatePattern(text, tuple(map(writer, parts)), expression, readers)


def warnings(text: str) -> Iterator[str]:
    """Tell what a pattern may not mean as it was written.

    Args:
        text: A valid pattern.

    Yields:
        A sentence for each doubt.

    Raises:
        PatternError: The pattern is wrong.
    """
    runs = [part for part in split(text) if isinstance(part, Letters)]
    letters = {part.letter for part in runs}
    for part in runs:
        word = part.letter * part.count
        if part.letter == "Y" and "w" not in letters:
            yield f"{word} is the week-year, wrong around New Year; the calendar year is {'y' * part.count}"
        elif part.letter == "D" and letters & set("ML"):
            yield f"{word} is the day of the year; the day of the month is {'d' * min(part.count, 2)}"
        elif part.letter == "S" and part.count < 3:
            yield f"{word} writes 7 milliseconds as {'7'.zfill(part.count)}, which reads like a larger part; use SSS"
        elif part.letter == "h" and "a" not in letters:
            yield f"{word} counts 12 hours and nothing tells morning from afternoon; 24 hours are {'H' * part.count}"
