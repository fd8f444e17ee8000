"""What a script may use, and what the engine says of a fault, as an error that points into the script."""

import re
from typing import Final

import attrs

from identitysync.errors import JavaScriptError
from identitysync.languages.javascript.child import LINES_ABOVE

_PLACE: Final = re.compile(r"<input>:(\d+):(\d+)")


@attrs.frozen
class Limits:
    """What a script may use.

    Attributes:
        seconds: Seconds of work for one record.
        memory: Bytes of memory, for the script with all its variables.
        output: Characters of JSON that may come out of one batch of records.
    """

    seconds: float = 5.0
    memory: int = 256_000_000
    output: int = 500_000_000

    def words(self, reason: str) -> str:
        """Say what the engine means, in words for people."""
        if reason == "InternalError: interrupted":
            return f"the script took longer than {self.seconds:g} seconds"
        if reason == "SyntaxError: unexpected token in expression: ''":
            return "SyntaxError: the script ends too early"
        room = f"the script needs more than {self.memory // 1_000_000} MB of memory"
        if reason == "null":  # what the engine throws when there is no room for the error itself
            return f"null was thrown, or {room}"
        return room if reason == "InternalError: out of memory" else reason


def fault_at(reason: str, trace: str, script: str, limits: Limits, *, shift: int = 0) -> JavaScriptError:
    """Make the error.

    Args:
        reason: What the engine said.
        trace: Its trace, whose first place in the script is the fault's.
        script: The source.
        limits: What it may use.
        shift: How many characters stood before the source in its first line.

    Returns:
        The error.
    """
    offset = None
    for line, column in ((int(line), int(column)) for line, column in _PLACE.findall(trace)):
        if line < LINES_ABOVE:
            before = sum(len(each) + 1 for each in script.split("\n")[: line - 1])
            offset = min(max(before + column - 1 - (shift if line == 1 else 0), 0), len(script))
            break
    return JavaScriptError(limits.words(reason), script, offset)
