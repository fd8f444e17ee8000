"""The methods of ``java.lang.String`` that expressions may call; indexes count UTF-16 units."""

from typing import Any, Final

from identitysync.languages.java_regex import compile_regex
from identitysync.languages.jexl.coercion import MAX_ITEMS, MAX_TEXT
from identitysync.languages.jexl.hashing import hash_code
from identitysync.languages.jexl.signatures import ANY, COMPARED, LETTER, NUMBER, TEXT, Methods
from identitysync.languages.jexl.utf16 import narrow, units, wide

_TRIMMED: Final = "".join(map(chr, range(33)))
_WHITESPACE: Final = "\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u1680\u2028\u2029\u205f\u3000" + "".join(
    chr(code) for code in range(0x2000, 0x200B) if code != 0x2007
)


def _substring(text: str, start: int, end: int | None = None) -> str:
    letters = wide(text)
    last = len(letters) if end is None else end
    if not 0 <= start <= last <= len(letters):
        raise IndexError(f"the text has {len(letters)} characters")
    return narrow(letters[start:last])


def _char_at(text: str, index: int) -> str:
    letters = wide(text)
    if not 0 <= index < len(letters):
        raise IndexError(f"the text has {len(letters)} characters")
    return narrow(letters[index])


def _part(part: Any) -> str:
    return wide(part if isinstance(part, str) else chr(part))


def _index_of(text: str, part: Any, start: int = 0) -> int:
    letters = wide(text)
    return letters.find(_part(part), min(max(start, 0), len(letters)))


def _last_index_of(text: str, part: Any, start: int | None = None) -> int:
    letters, wanted = wide(text), _part(part)
    if start is None:
        return letters.rfind(wanted)
    return letters.rfind(wanted, 0, start + len(wanted)) if start >= 0 else -1


def _starts_with(text: str, part: str, start: int) -> bool:
    letters = wide(text)
    return 0 <= start <= len(letters) and letters.startswith(wide(part), start)


def _compare(left: str, right: Any) -> int:
    if not isinstance(right, str):
        raise TypeError("a text is compared with texts alone")
    one, other = wide(left), wide(right)
    for here, there in zip(one, other, strict=False):
        if here != there:
            return ord(here) - ord(there)
    return len(one) - len(other)


def _fold(text: str) -> str:
    # letter by letter, as Java does: ß and SS differ
    return text.lower() if text.isascii() else "".join(_folded(letter) for letter in text)


def _folded(letter: str) -> str:
    upper = letter.upper()
    lower = (upper if len(upper) == 1 else letter).lower()
    return lower if len(lower) == 1 else letter


def _contains(text: str, part: Any) -> bool:
    if part is None:
        raise TypeError("null is no text")
    return isinstance(part, str) and part in text


def _replace(text: str, old: str, new: str) -> str:
    if len(new) > len(old) and len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise ValueError(f"the text would have more than {MAX_TEXT} characters")
    return text.replace(old, new)


def _concat(text: str, other: str) -> str:
    if len(text) + len(other) > MAX_TEXT:
        raise ValueError(f"the text would have more than {MAX_TEXT} characters")
    return text + other


def _repeat(text: str, count: int) -> str:
    if count < 0 or len(text) * count > MAX_TEXT:
        raise ValueError(f"the text would have less than none or more than {MAX_TEXT} characters")
    return text * count


def _code_point_at(text: str, index: int) -> int:
    letters = wide(text)
    if not 0 <= index < len(letters):
        raise IndexError(f"the text has {len(letters)} characters")
    try:
        return ord(narrow(letters[index : index + 2])[0])
    except ValueError:
        return ord(letters[index])


def _join(_: str, separator: str, *parts: Any) -> str:  # static in Java: the text that it is called on is of no matter
    pieces = parts[0] if len(parts) == 1 and isinstance(parts[0], list) else list(parts)
    if any(each is not None and not isinstance(each, str) for each in pieces):
        raise TypeError("only texts are joined")
    if sum(map(len, filter(None, pieces))) + len(separator) * len(pieces) > MAX_TEXT:
        raise ValueError(f"the text would have more than {MAX_TEXT} characters")
    return separator.join("null" if each is None else each for each in pieces)


def _split(text: str, regex: str, limit: int = 0) -> list[str]:
    pieces = compile_regex(regex).split(text, limit)
    if len(pieces) > MAX_ITEMS:
        raise ValueError(f"the array would have more than {MAX_ITEMS} values")
    return pieces


METHODS: Final[Methods] = {
    ("length", 0): ((), units),
    ("isEmpty", 0): ((), lambda text: not text),
    ("isBlank", 0): ((), lambda text: not text.strip(_WHITESPACE)),
    ("toLowerCase", 0): ((), str.lower),
    ("toUpperCase", 0): ((), str.upper),
    ("trim", 0): ((), lambda text: text.strip(_TRIMMED)),
    ("strip", 0): ((), lambda text: text.strip(_WHITESPACE)),
    ("stripLeading", 0): ((), lambda text: text.lstrip(_WHITESPACE)),
    ("stripTrailing", 0): ((), lambda text: text.rstrip(_WHITESPACE)),
    ("toString", 0): ((), lambda text: text),
    ("hashCode", 0): ((), hash_code),
    ("codePointAt", 1): ((NUMBER,), _code_point_at),
    ("contentEquals", 1): ((TEXT,), lambda text, other: text == other),
    ("substring", 1): ((NUMBER,), _substring),
    ("substring", 2): ((NUMBER, NUMBER), _substring),
    ("charAt", 1): ((NUMBER,), _char_at),
    ("indexOf", 1): ((LETTER,), _index_of),
    ("indexOf", 2): ((LETTER, NUMBER), _index_of),
    ("lastIndexOf", 1): ((LETTER,), _last_index_of),
    ("lastIndexOf", 2): ((LETTER, NUMBER), _last_index_of),
    ("contains", 1): ((ANY,), _contains),
    ("startsWith", 1): ((TEXT,), str.startswith),
    ("startsWith", 2): ((TEXT, NUMBER), _starts_with),
    ("endsWith", 1): ((TEXT,), str.endswith),
    ("concat", 1): ((TEXT,), _concat),
    ("join", 2): ((TEXT, ANY), _join),
    ("join", 3): ((TEXT, ANY, ANY), _join),
    ("join", 4): ((TEXT, ANY, ANY, ANY), _join),
    ("repeat", 1): ((NUMBER,), _repeat),
    ("equals", 1): ((ANY,), lambda text, other: type(other) is str and text == other),
    ("equalsIgnoreCase", 1): ((COMPARED,), lambda text, other: other is not None and _fold(text) == _fold(other)),
    ("compareTo", 1): ((ANY,), _compare),
    ("compareToIgnoreCase", 1): ((TEXT,), lambda text, other: _compare(_fold(text), _fold(other))),
    ("matches", 1): ((TEXT,), lambda text, regex: compile_regex(regex).full_match(text)),
    ("replace", 2): ((TEXT, TEXT), _replace),
    ("replaceAll", 2): ((TEXT, TEXT), lambda text, regex, new: compile_regex(regex).replace_all(text, new, MAX_TEXT)),
    ("replaceFirst", 2): ((TEXT, TEXT), lambda text, regex, new: compile_regex(regex).replace_first(text, new)),
    ("split", 1): ((TEXT,), _split),
    ("split", 2): ((TEXT, NUMBER), _split),
}
"""By name and number of arguments: what the arguments must be, and the work."""
