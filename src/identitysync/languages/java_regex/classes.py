"""Translate character classes: brackets with ranges, unions ``[a[b]]`` and intersections ``[a-z&&[^b]]``."""

from identitysync.languages.java_regex.cases import beside, variants
from identitysync.languages.java_regex.characters import escaped, letter_escape, set_escape
from identitysync.languages.java_regex.scanner import Scanner


def character_class(scanner: Scanner, flags: frozenset[str]) -> str:
    """Translate a class.

    Args:
        scanner: Stands at its bracket, and behind the class afterwards.
        flags: The flags that are set.

    Returns:
        The class for Python.

    Raises:
        PatternError: It is never closed, a range runs backwards, or nothing stands behind ``&&``.
    """
    start = scanner.at
    scanner.take()
    turned = scanner.sees("^")
    if turned:
        scanner.take()
    inside = _members(scanner, flags, start)
    scanner.take()
    return f"[{'^' if turned else ''}{inside}]"


def _members(scanner: Scanner, flags: frozenset[str], start: int) -> str:
    """Translate what stands up to the closing bracket, which is a plain letter where it stands first."""
    found = ""
    while True:
        scanner.skip_comments(flags)
        if scanner.done:
            raise scanner.fault("a [ is opened and never closed", start)
        if scanner.sees("]") and found:
            return found
        if scanner.sees("&&"):
            scanner.needs_extended()
            scanner.at += 2
            right = _right(scanner, flags, start)
            found = f"[[{found}]&&[{right}]]" if found else f"[{right}]"
        else:
            found += _item(scanner, flags)


def _right(scanner: Scanner, flags: frozenset[str], start: int) -> str:
    """Translate what stands behind ``&&``: classes in brackets, or all that follows up to the end."""
    found = ""
    scanner.skip_comments(flags)
    while not scanner.done and scanner.peek() not in "]&":
        if not scanner.sees("["):
            return found + _members(scanner, flags, start)
        found += character_class(scanner, flags)
        scanner.skip_comments(flags)
    if not found:
        raise scanner.fault("behind && stands a class; a plain & is written \\&")
    return found


def _item(scanner: Scanner, flags: frozenset[str]) -> str:
    if scanner.peek() == "[":
        scanner.needs_extended()
        return character_class(scanner, flags)
    found = _letter(scanner, flags)
    if len(found) > 1:
        return found
    scanner.skip_comments(flags)
    if scanner.peek() == "-" and scanner.text[scanner.at + 1 : scanner.at + 2] not in {"]", "[", ""}:
        return _range(scanner, found, flags)
    return "".join(map(escaped, variants(found, flags)))


def _letter(scanner: Scanner, flags: frozenset[str], *, last: bool = False) -> str:
    """Take one letter; of a set give the source, which is longer than one letter."""
    letter = scanner.take()
    if letter != "\\":
        return letter
    if scanner.done:
        raise scanner.fault("the pattern ends with a lone backslash")
    letter = scanner.take()
    if letter == "v" and (last or scanner.sees("-")):
        return "\x0b"  # in a range alone it is what it was in older versions of Java
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
    scanner.skip_comments(flags)
    last = _letter(scanner, flags, last=True)
    if len(last) != 1:
        raise scanner.fault("a range ends with a letter; a plain - is written \\-", start)
    if last < first:
        raise scanner.fault(f"the range {first}-{last} runs backwards", start)
    return f"{escaped(first)}-{escaped(last)}" + "".join(map(escaped, beside(first, last, flags)))
