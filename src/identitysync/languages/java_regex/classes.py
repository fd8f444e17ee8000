"""Translate character classes: brackets with ranges, unions ``[a[b]]`` and intersections ``[a-z&&[^b]]``."""

from identitysync.languages.java_regex.characters import escaped, letter_escape, set_escape, variants
from identitysync.languages.java_regex.scanner import Scanner

_MANY = 3000


def character_class(scanner: Scanner, flags: frozenset[str]) -> str:
    """Translate a class.

    Args:
        scanner: Stands at its bracket, and behind the class afterwards.
        flags: The flags that are set.

    Returns:
        The class for Python.

    Raises:
        PatternError: It is never closed, or a range runs backwards.
    """
    start = scanner.at
    scanner.take()
    turned = scanner.sees("^")
    if turned:
        scanner.take()
    operands: list[list[str]] = [[]]
    first = True
    while True:
        if scanner.done:
            raise scanner.fault("a [ is opened and never closed", start)
        letter = scanner.peek()
        if letter == "]" and (not first or len(operands) > 1):
            scanner.take()
            break
        if scanner.sees("&&"):
            scanner.needs_extended()
            scanner.at += 2
            while scanner.peek() == "&":
                scanner.take()
            operands.append([])
            continue
        operands[-1].append(_item(scanner, flags))
        first = False
    sides = ["".join(each) for each in operands if each]
    if not sides:
        raise scanner.fault("this class holds nothing", start)
    inside = sides[0] if len(sides) == 1 else "&&".join(f"[{side}]" for side in sides)
    return f"[{'^' if turned else ''}{inside}]"


def _item(scanner: Scanner, flags: frozenset[str]) -> str:
    if "x" in flags and scanner.peek().isspace():
        scanner.take()
        return ""
    if scanner.peek() == "[":
        scanner.needs_extended()
        return character_class(scanner, flags)
    found = _letter(scanner, flags)
    if len(found) > 1 or not found:
        return found
    if scanner.peek() == "-" and scanner.text[scanner.at + 1 : scanner.at + 2] not in {"]", "[", ""}:
        return _range(scanner, found, flags)
    return "".join(map(escaped, variants(found, flags)))


def _letter(scanner: Scanner, flags: frozenset[str]) -> str:
    """Take one letter; of a set or a quotation give the source, which is longer than one letter."""
    letter = scanner.take()
    if letter != "\\":
        return letter
    if scanner.done:
        raise scanner.fault("the pattern ends with a lone backslash")
    letter = scanner.take()
    if letter == "Q":
        return quotation(scanner, flags)
    if letter == "E":
        return ""
    found = set_escape(scanner, letter, flags)
    if found is None:
        return letter_escape(scanner, letter)
    source, turned = found
    if turned and letter in "DSW" and not scanner.extended:
        return f"\\{letter}"
    if turned:
        scanner.needs_extended()
    return f"[{'^' if turned else ''}{source}]" if turned or scanner.extended else source


def _range(scanner: Scanner, first: str, flags: frozenset[str]) -> str:
    start = scanner.at - 1
    scanner.take()
    last = _letter(scanner, flags)
    if len(last) != 1:
        raise scanner.fault("a range ends with a letter; a plain - is written \\-", start)
    if last < first:
        raise scanner.fault(f"the range {first}-{last} runs backwards", start)
    plain = f"{escaped(first)}-{escaped(last)}"
    if "i" not in flags:
        return plain
    others = {
        other
        for code in range(ord(first), min(ord(last), ord(first) + _MANY) + 1)
        for other in variants(chr(code), flags)
        if not first <= other <= last
    }
    return plain + "".join(map(escaped, sorted(others)))


def quotation(scanner: Scanner, flags: frozenset[str]) -> str:
    r"""Translate what stands between ``\Q`` and ``\E``, for the inside of brackets.

    Args:
        scanner: Stands behind ``\Q``, and behind ``\E`` afterwards.
        flags: The flags that are set.

    Returns:
        The letters.
    """
    return "".join(escaped(each) for letter in quoted(scanner) for each in variants(letter, flags))


def quoted(scanner: Scanner) -> str:
    r"""Give what stands between ``\Q`` and ``\E``, or the end."""
    end = scanner.text.find("\\E", scanner.at)
    found = scanner.text[scanner.at : end] if end >= 0 else scanner.text[scanner.at :]
    scanner.at = len(scanner.text) if end < 0 else end + 2
    return found
