"""Replacements of ``java.util.regex``: ``$1``, ``${name}``, and a backslash before what is meant plainly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from identitysync.errors import PatternError

if TYPE_CHECKING:
    from identitysync.languages.java_regex.pattern import JavaRegex


def compile_replacement(text: str, regex: "JavaRegex") -> str | Callable[[Any], str]:
    """Read a replacement.

    Args:
        text: The replacement.
        regex: The pattern whose groups it names.

    Returns:
        Plain text when it names no group, else a function from a match to its text.

    Raises:
        PatternError: It names a group that is not there, or ends in the middle.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            if position + 1 >= len(text):
                raise PatternError("the replacement ends with a lone backslash", text, position)
            parts.append(text[position + 1])
            position += 2
        elif letter == "$":
            group, position = _group(text, position, regex)
            parts.append(group)
        else:
            parts.append(letter)
            position += 1
    if not any(isinstance(part, int) for part in parts):
        return "".join(map(str, parts))

    def expand(match: Any) -> str:
        return "".join(part if isinstance(part, str) else match[part] or "" for part in parts)

    return expand


def _group(text: str, start: int, regex: "JavaRegex") -> tuple[int, int]:
    position = start + 1
    if text.startswith("{", position):
        end = text.find("}", position)
        name = text[position + 1 : end] if end > 0 else ""
        if name not in regex.group_names:
            raise PatternError(f"the pattern has no group {name!r}", text, start)
        return regex.group_names[name], end + 1
    if position >= len(text) or not ("0" <= text[position] <= "9"):
        raise PatternError("a $ names a group, such as $1; a plain one is written \\$", text, start)
    number = int(text[position])
    if number > regex.group_count:
        raise PatternError(f"the pattern has no group {number}", text, start)
    position += 1
    while (
        position < len(text) and "0" <= text[position] <= "9" and number * 10 + int(text[position]) <= regex.group_count
    ):
        number = number * 10 + int(text[position])
        position += 1
    return number, position
