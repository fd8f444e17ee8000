"""Translate the syntax of ``java.util.regex`` into that of Python's ``re`` or of the ``regex`` module."""

import re
from typing import Final

import attrs

from identitysync.errors import PatternError
from identitysync.languages.java_regex.cases import variants
from identitysync.languages.java_regex.characters import escaped, letter_escape, set_escape
from identitysync.languages.java_regex.classes import character_class
from identitysync.languages.java_regex.effort import Effort
from identitysync.languages.java_regex.properties import word_class
from identitysync.languages.java_regex.scanner import Scanner, Unsupported

MAX_LENGTH: Final = 16_384
"""Characters that a pattern may have."""

MAX_WIDTH: Final = 100_000
"""How many letters a match may have to have, as ``a{99}`` has to have 99."""

MAX_DEPTH: Final = 100
"""How deep groups may be nested."""

_TERMINATORS: Final = r"\n\r\x85\u2028\u2029"
_LAST_END: Final = r"(?:\Z|(?=[\r\x85\u2028\u2029]\Z)|(?=\r\n\Z)|(?<!\r)(?=\n\Z))"
_LINE_START: Final = r"(?!\Z)(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))"
_LINE_END: Final = r"(?:(?=[\r\x85\u2028\u2029])|\Z|(?<!\r)(?=\n))"
_BREAK: Final = r"(?:\r\n|[\n\x0b\f\r\x85\u2028\u2029])"
_LETTERS: Final = r"\p{L}\p{Nd}"
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{(\d{1,9})(?:(,)(\d{0,9}))?\})([+?]?)")
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])")
_NAMED: Final = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>")
_REFERENCE: Final = re.compile(r"<([A-Za-z][A-Za-z0-9]*)>")
_GROUPS: Final = ("(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>")


@attrs.frozen
class Translation:
    """A pattern in Python's syntax.

    Attributes:
        source: The pattern; it needs no flags but ``ASCII`` for ``re`` and ``V1`` for ``regex``.
        extended: Whether it is for the ``regex`` module.
        explodes: Whether backtracking may take longer than any text is worth.
        degree: How the time grows with the text: 0 as the text, 1 as its square, and so on.
        width: How many letters a match has at least.
        steps: How many letters an attempt looks at, at most, where each repetition that competes goes round once.
        edges: Whether it looks for the edges of words, which ``re`` knows for the commoner scripts alone.
    """

    source: str
    extended: bool
    explodes: bool
    degree: int
    width: int
    steps: int
    edges: bool


def translate(text: str, *, extended: bool = False) -> Translation:
    """Translate a pattern.

    Args:
        text: A pattern of ``java.util.regex``.
        extended: Whether it is to be for the ``regex`` module though ``re`` would do.

    Returns:
        The translation, for ``re`` where that is able to express it.

    Raises:
        PatternError: The syntax is wrong, or is one that has no like in Python; the offset says where.
    """
    if len(text) > MAX_LENGTH:
        raise PatternError(f"the pattern has {len(text)} characters; {MAX_LENGTH} are allowed")
    if not extended:
        try:
            return _Translator(text, extended=False).whole()
        except Unsupported:
            pass
    return _Translator(text, extended=True).whole()


class _Translator:
    def __init__(self, text: str, *, extended: bool) -> None:
        self._scanner = Scanner(text, extended=extended)
        self._out: list[str] = []
        self._flags: frozenset[str] = frozenset()
        self._open: list[tuple[frozenset[str], int]] = []
        self._effort = Effort()
        self._repeatable = False
        self._edges = False
        self._names: set[str] = set()
        self._groups = 0

    def whole(self) -> Translation:
        scanner = self._scanner
        while not scanner.done:
            self._element()
        if self._open:
            raise scanner.fault("a group is opened and never closed", self._open[-1][1])
        effort = self._effort.whole()
        source = "".join(self._out)
        return Translation(
            source, scanner.extended, effort.explodes, effort.degree, effort.width, effort.steps, self._edges
        )

    def _element(self) -> None:
        scanner = self._scanner
        scanner.skip_comments(self._flags)
        letter = scanner.peek()
        if found := _QUANTIFIER.match(scanner.text, scanner.at):
            self._quantify(found)
        elif letter == "(":
            self._begin()
        elif letter == ")":
            self._end()
        elif letter == "|":
            scanner.take()
            self._out.append("|")
            self._effort.alternative()
            self._repeatable = False
        elif letter == "[":
            self._add(character_class(scanner, self._flags))
        elif not letter:
            return
        elif letter == "{":
            raise scanner.fault("a { begins a repetition such as {2,3}; a plain one is written \\{")
        else:
            scanner.take()
            self._plain(letter)

    def _plain(self, letter: str) -> None:
        flags = self._flags
        unix = "d" in flags
        if letter == "\\":
            self._escape()
        elif letter == ".":
            self._add(r"[\s\S]" if "s" in flags else r"[^\n]" if unix else rf"[^{_TERMINATORS}]")
        elif letter == "^" and "m" in flags:
            self._add(r"(?!\Z)(?:\A|(?<=\n))" if unix else _LINE_START, 0)
        elif letter == "^":
            self._add(r"\A", 0)
        elif letter == "$" and "m" in flags:
            self._add(r"(?:(?=\n)|\Z)" if unix else _LINE_END, 0)
        elif letter == "$":
            self._add(self._last_end(), 0)
        else:
            self._add(self._one(letter))

    def _last_end(self) -> str:
        return r"(?=\n?\Z)" if "d" in self._flags else _LAST_END

    def _one(self, letter: str) -> str:
        """Spell one letter, with its cases."""
        found = variants(letter, self._flags)
        return escaped(letter) if len(found) == 1 else f"[{''.join(map(escaped, found))}]"

    def _add(self, source: str, width: int = 1) -> None:
        self._out.append(source)
        self._effort.element(width)
        self._repeatable = True

    def _quantify(self, found: re.Match[str]) -> None:
        scanner = self._scanner
        if not self._repeatable:
            raise scanner.fault(f"there is nothing before {found[0]!r} to repeat")
        if found[3] and int(found[1]) > int(found[3]):
            raise scanner.fault(f"{found[0]!r} repeats less than it begins with")
        if self._out[-1] == _BREAK:
            self._out[-1] = f"(?>{_BREAK})"  # what is repeated takes \r\n as a whole
        elif self._out[-1] in {r"\A", r"\Z"} or self._out[-1].startswith("(?"):
            self._out[-1] = f"(?:{self._out[-1]})"  # Python repeats no anchor
        scanner.at, sign = found.end(), found[0]
        if not found[4]:
            scanner.skip_comments(self._flags)
            sign += scanner.take() if scanner.sees("+") or scanner.sees("?") else ""
        self._out.append(sign)
        least = 0 if sign[0] in "*?" else int(found[1] or 1)
        self._effort.quantify(sign, least, int(found[3] or least or 1))
        if self._effort.widest > MAX_WIDTH:
            raise scanner.fault(f"a match would have {self._effort.widest} letters at least; {MAX_WIDTH} are allowed")
        self._repeatable = False

    def _begin(self) -> None:
        scanner, flags, start = self._scanner, self._flags, self._scanner.at
        if len(self._open) >= MAX_DEPTH:
            raise scanner.fault(f"groups are nested more than {MAX_DEPTH} deep")
        if found := scanner.accept(_FLAGS):
            given, taken = set(found[1]), set(found[2] or "")
            if odd := (given | taken) - set("imsxudU"):
                raise scanner.fault(f"there is no flag {min(odd)!r}", start + 2)
            self._flags = frozenset((flags | given) - taken)
            if found[3] == ")":
                self._repeatable = False
                return
            source = "(?:"
        elif found := scanner.accept(_NAMED):
            if found[1] in self._names:
                raise scanner.fault(f"the group {found[1]!r} is defined twice", start)
            self._names.add(found[1])
            self._groups += 1
            source = f"(?P<{found[1]}>"
        else:
            source = next((begin for begin in _GROUPS if scanner.sees(begin)), "(")
            if source == "(" and scanner.sees("(?"):
                raise scanner.fault("this kind of group is unknown", start)
            scanner.at += len(source)
            self._groups += source == "("
        self._open.append((flags, start))
        self._out.append(source)
        self._effort.begin(looks=source in {"(?=", "(?!", "(?<=", "(?<!"})
        self._repeatable = False

    def _end(self) -> None:
        if not self._open:
            raise self._scanner.fault("a parenthesis is closed and never opened")
        self._scanner.take()
        self._flags = self._open.pop()[0]
        self._out.append(")")
        self._effort.end()
        self._repeatable = True

    def _escape(self) -> None:
        scanner, flags = self._scanner, self._flags
        start = scanner.at - 1
        if scanner.done:
            raise scanner.fault("the pattern ends with a lone backslash", start)
        letter = scanner.take()
        if letter == "E":
            raise scanner.fault("\\E ends a quotation, and none was begun by \\Q", start)
        if letter in "123456789" or letter == "k":
            self._refer(letter, start)
        elif (anchor := self._anchor(letter)) is not None:
            self._add(anchor, int(letter in "RX"))
        elif (found := set_escape(scanner, letter, flags)) is not None:
            source, turned = found
            native = letter in "dDwWsS" and not scanner.extended
            self._add(f"\\{letter}" if native else f"[{'^' if turned else ''}{source}]")
        else:
            self._add(self._one(letter_escape(scanner, letter)))

    def _anchor(self, letter: str) -> str | None:
        scanner = self._scanner
        if letter in "bB" and not scanner.sees("{g}"):
            return self._boundary(turned=letter == "B")
        if letter == "X":
            scanner.needs_extended()
            return r"\X"
        return {"A": r"\A", "z": r"\Z", "Z": self._last_end(), "R": _BREAK}.get(letter)

    def _boundary(self, *, turned: bool) -> str:
        r"""Spell ``\b``: what it takes for a word are the letters and digits of all scripts, though ``\w`` is ASCII."""
        if "U" in self._flags:
            self._scanner.needs_extended()
        if not self._scanner.extended:
            self._edges = True
            return r"(?:(?u:\B)|\A\Z)" if turned else r"(?u:\b)"
        if "U" in self._flags:
            before, after = f"(?<=[{word_class('w')}])", f"(?=[{word_class('w')}])"
        else:  # a mark belongs to the letter that it stands above
            before = rf"(?<=[{_LETTERS}_]|[{_LETTERS}]\p{{Mn}}+)"
            after = rf"(?:(?=[{_LETTERS}_])|(?<=[{_LETTERS}]\p{{Mn}}*)(?=\p{{Mn}}))"
        outside, ahead = before.replace("(?<=", "(?<!", 1), f"(?!{after})"
        return f"(?:{before}{after}|{outside}{ahead})" if turned else f"(?:{before}{ahead}|{outside}{after})"

    def _refer(self, letter: str, start: int) -> None:
        """Refer back to a group; of the digits behind, as many belong to its number as there are groups."""
        scanner = self._scanner
        self._effort.refer()
        if letter == "k":
            found = scanner.accept(_REFERENCE)
            if found is None or found[1] not in self._names:
                raise scanner.fault("there is no group of that name", start)
            source = f"(?P={found[1]})"
        else:
            number = int(letter)
            while (digit := scanner.peek()) and digit in "0123456789" and number * 10 + int(digit) <= self._groups:
                number = number * 10 + int(scanner.take())
            source = rf"(?:\{number})" if number <= self._groups else "(?!)"
        self._add(f"(?i-f:{source})" if "i" in self._flags else source, 0)
