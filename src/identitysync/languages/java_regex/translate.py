"""Translate the syntax of ``java.util.regex`` into that of Python."""

import re
from typing import Final

import attrs

from identitysync.errors import PatternError

_TERMINATORS: Final = r"\n\r\x85\u2028\u2029"
_LINE_END: Final = rf"(?:\r\n|[{_TERMINATORS}])"
_START: Final = r"(?<![\s\S])"
_LINE_START: Final = r"(?:(?<![\s\S])|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))"
_END: Final = r"(?![\s\S])"
_LAST_END: Final = rf"(?={_LINE_END}?{_END})"
_CLASSES: Final = {
    "h": r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    "v": r"\n\x0b\f\r\x85\u2028\u2029",
}
_POSIX: Final = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t", "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0b\f\r",
}  # fmt: skip
_JAVA: Final = {
    "javaLowerCase": r"\p{Lowercase}", "javaUpperCase": r"\p{Uppercase}", "javaWhitespace": r"\s",
    "javaMirrored": r"\p{Bidi_Mirrored}", "javaLetter": r"\p{L}", "javaDigit": r"\p{Nd}",
    "javaLetterOrDigit": r"[\p{L}\p{Nd}]", "javaAlphabetic": r"\p{Alphabetic}", "javaSpaceChar": r"\p{Z}",
    "javaTitleCase": r"\p{Lt}",
}  # fmt: skip
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?")
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")


@attrs.frozen
class Translation:
    """A pattern in Python's syntax.

    Attributes:
        source: The pattern, for the ``re`` and ``regex`` modules, case and ASCII flags inside.
        needs_regex: Whether only the ``regex`` module knows its syntax.
        may_explode: Whether backtracking may take very long.
        groups: The names of its groups.
    """

    source: str
    needs_regex: bool
    may_explode: bool
    groups: frozenset[str]


@attrs.define
class _Group:
    """What is known of an open group."""

    flags: frozenset[str]
    quantified: bool = False
    alternatives: bool = False
    back: str = ""


def translate(text: str) -> Translation:
    """Translate a pattern.

    Args:
        text: A pattern of ``java.util.regex``.

    Returns:
        The translation.

    Raises:
        PatternError: The syntax is wrong, or is one that has no like in Python; the offset says where.
    """
    return _Translator(text).whole()


class _Translator:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._out: list[str] = []
        self._groups = [_Group(frozenset())]
        self._needs_regex = self._explodes = False
        self._names: set[str] = set()
        self._closed: _Group | None = None

    def whole(self) -> Translation:
        while self._at < len(self._text):
            self._element()
        if len(self._groups) > 1:
            raise self._fault("a group is opened and never closed", len(self._text))
        return Translation("".join(self._out), self._needs_regex, self._explodes, frozenset(self._names))

    def _fault(self, reason: str, at: int | None = None) -> PatternError:
        return PatternError(reason, self._text, self._at if at is None else at)

    @property
    def _flags(self) -> frozenset[str]:
        return self._groups[-1].flags

    def _element(self) -> None:
        letter = self._text[self._at]
        if "x" in self._flags and (letter.isspace() or letter == "#"):
            end = self._text.find("\n", self._at) if letter == "#" else self._at
            self._at = len(self._text) if end < 0 else end + 1
            return
        closed, self._closed = self._closed, None
        if found := _QUANTIFIER.match(self._text, self._at):
            self._quantify(found, closed)
        elif letter == "\\":
            self._out.append(self._escape())
        elif letter == "[":
            self._out.append(self._class())
        elif letter == "(":
            self._open()
        elif letter == ")":
            self._close()
        elif letter == "|":
            self._groups[-1].alternatives = True
            self._plain("|")
        elif letter == ".":
            self._plain(r"[\s\S]" if "s" in self._flags else rf"[^{_TERMINATORS}]")
        elif letter == "^":
            self._plain(_LINE_START if "m" in self._flags else _START)
        elif letter == "$":
            self._plain(rf"(?={_LINE_END}|{_END})" if "m" in self._flags else _LAST_END)
        elif letter == "{":
            raise self._fault("a { begins a repetition such as {2,3}; a plain one is written \\{")
        else:
            self._plain(re.escape(letter))

    def _plain(self, source: str) -> None:
        self._out.append(source)
        self._at += 1

    def _quantify(self, found: re.Match[str], closed: _Group | None) -> None:
        if not self._out or self._out[-1] in {"|", "("} or self._out[-1].endswith("("):
            raise self._fault(f"there is nothing before {found[0]!r} to repeat")
        many = not found[0].startswith("?") and found[0] not in {"{1}", "{0}", "{0,1}"}
        if many and closed is not None and (closed.quantified or closed.alternatives):
            self._explodes = True
        if many:
            self._groups[-1].quantified = True
        self._out.append(found[0])
        self._at = found.end()

    def _open(self) -> None:
        text, at = self._text, self._at
        if found := _FLAGS.match(text, at):
            flags = (self._flags | set(found[1])) - set(found[2] or "")
            odd = (set(found[1]) | set(found[2] or "")) - set("imsxudU")
            if odd:
                raise self._fault(f"there is no flag {min(odd)!r}", at + 2)
            self._at = found.end()
            if found[3] == ")":
                self._groups[-1].flags = frozenset(flags)
                if ("i" in flags) != ("i" in self._groups[-1].back):
                    self._out.append("(?i:" if "i" in flags else "(?-i:")
                    self._groups[-1].back += "i)" if "i" in flags else ")"
                return
            self._groups.append(_Group(frozenset(flags)))
            self._out.append("(?i:" if "i" in flags else "(?-i:" if "i" in (found[2] or "") else "(?:")
            return
        for begin in ("(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"):
            if text.startswith(begin, at):
                self._needs_regex |= begin in {"(?<=", "(?<!"}
                self._begin(begin, len(begin))
                return
        if found := re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>").match(text, at):
            if found[1] in self._names:
                raise self._fault(f"the group {found[1]!r} is defined twice")
            self._names.add(found[1])
            self._begin(f"(?P<{found[1]}>", len(found[0]))
            return
        if text.startswith("(?", at):
            raise self._fault("this kind of group is unknown")
        self._begin("(", 1)

    def _begin(self, source: str, length: int) -> None:
        self._groups.append(_Group(self._flags))
        self._out.append(source)
        self._at += length

    def _close(self) -> None:
        if len(self._groups) == 1:
            raise self._fault("a parenthesis is closed and never opened")
        group = self._groups.pop()
        self._out.append(")" * group.back.count(")") + ")")
        self._groups[-1].quantified |= group.quantified
        self._closed = group
        self._at += 1

    def _escape(self) -> str:
        text, at = self._text, self._at
        if at + 1 >= len(text):
            raise self._fault("the pattern ends with a lone backslash")
        letter = text[at + 1]
        self._at += 2
        if letter == "Q":
            end = text.find("\\E", self._at)
            literal = text[self._at :] if end < 0 else text[self._at : end]
            self._at = len(text) if end < 0 else end + 2
            return re.escape(literal)
        if letter in "123456789":
            self._explodes = True
            return rf"\{letter}"
        if letter == "k":
            found = re.compile(r"<(\w+)>").match(text, self._at)
            if found is None or found[1] not in self._names:
                raise self._fault("there is no group of that name", at)
            self._explodes = True
            self._at = found.end()
            return f"(?P={found[1]})"
        simple = {"A": _START, "z": _END, "Z": _LAST_END, "R": _LINE_END, "b": r"\b", "B": r"\B"}
        if letter in simple:
            return simple[letter]
        if letter in "hHvV":
            return f"[{'^' if letter.isupper() else ''}{_CLASSES[letter.lower()]}]"
        if letter in "pP":
            return self._property(inside=False, negated=letter == "P")
        return self._character(letter, at)

    def _character(self, letter: str, at: int) -> str:
        """Translate an escape that stands for one character, or a set of them."""
        text = self._text
        if letter in "dDsSwW":
            return f"\\{letter}"
        if letter in "tnrfa":
            return f"\\{letter}"
        if letter == "e":
            return r"\x1b"
        if letter == "c" and self._at < len(text):
            self._at += 1
            return re.escape(chr(ord(text[self._at - 1]) ^ 64))
        forms = {
            "x": r"\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2})",
            "u": r"()([0-9a-fA-F]{4})",
            "0": r"()([0-3]?[0-7]{1,2})",
        }
        if letter in forms:
            found = re.compile(forms[letter]).match(text, self._at)
            if found is None:
                raise self._fault(f"\\{letter} needs digits", at)
            self._at = found.end()
            code = int(found[1] or found[2], 8 if letter == "0" else 16)
            if code > 0x10FFFF:
                raise self._fault("there is no such character", at)
            return re.escape(chr(code))
        if letter.isascii() and letter.isalpha():
            raise self._fault(f"\\{letter} means nothing in a regular expression", at)
        return re.escape(letter)

    def _property(self, *, inside: bool, negated: bool) -> str:
        text, at = self._text, self._at
        found = re.compile(r"\{\^?([^{}]+)\}|([A-Za-z])").match(text, at)
        if found is None:
            raise self._fault("\\p needs a name, such as \\p{L}", at - 2)
        self._at = found.end()
        name = found[1] or found[2]
        if name in _POSIX:
            return f"[{'^' if negated else ''}{_POSIX[name]}]" if not inside or negated else _POSIX[name]
        self._needs_regex = True
        if name in _JAVA:
            known = _JAVA[name]
            return rf"[^{known}]" if negated else known
        plain = re.sub(r"^(?:Is|In)(?=[A-Z])", "", name)
        plain = plain.replace("general_category=", "gc=").replace("script=", "Script=").replace("block=", "Block=")
        prefix = "Block=" if name.startswith("In") else ""
        source = rf"\{'P' if negated else 'p'}{{{prefix}{plain}}}"
        import regex

        try:
            regex.compile(source)
        except regex.error as fault:
            raise self._fault(f"there is no class of characters {name!r}", at - 2) from fault
        return source

    def _class(self) -> str:
        start = self._at
        out = ["["]
        self._at += 1
        if self._text.startswith("^", self._at):
            out.append("^")
            self._at += 1
        first = True
        while True:
            if self._at >= len(self._text):
                raise self._fault("a [ is opened and never closed", start)
            letter = self._text[self._at]
            if letter == "]" and not first:
                self._at += 1
                return "".join([*out, "]"])
            if letter == "[":
                self._needs_regex = True
                out.append(self._class())
            elif self._text.startswith("&&", self._at):
                self._needs_regex = True
                out.append("&&")
                self._at += 2
            elif letter == "\\":
                out.append(self._class_escape())
            elif letter == "-" and not first and not self._text.startswith("-]", self._at):
                out.append("-")
                self._at += 1
            else:
                out.append("\\" + letter if letter in "&~|-[]^\\" else letter)
                self._at += 1
            first = False

    def _class_escape(self) -> str:
        at = self._at
        if at + 1 >= len(self._text):
            raise self._fault("the pattern ends with a lone backslash")
        letter = self._text[at + 1]
        self._at += 2
        if letter in "pP":
            source = self._property(inside=True, negated=letter == "P")
            if source.startswith("["):
                self._needs_regex = True
            return source
        if letter in "hv":
            return _CLASSES[letter]
        if letter in "HV":
            self._needs_regex = True
            return f"[^{_CLASSES[letter.lower()]}]"
        if letter == "Q":
            end = self._text.find("\\E", self._at)
            literal = self._text[self._at : end if end >= 0 else len(self._text)]
            self._at = len(self._text) if end < 0 else end + 2
            return "".join("\\" + each if not each.isalnum() and each.isascii() else each for each in literal)
        made = self._character(letter, at)
        return "\\" + made if made in {"&", "~", "|"} else made
