"""Parse JEXL: the grammar of Commons JEXL 3.1, and what later versions added to it."""

from typing import Final

from identitysync.errors import ExpressionError
from identitysync.languages.jexl.statements import Statements
from identitysync.languages.jexl.tokens import tokens
from identitysync.languages.jexl.tree import Node, Program

MAX_LENGTH: Final = 16_384
"""Characters that an expression may have."""


def parse(text: str) -> Node | Program:
    """Parse an expression.

    Args:
        text: The expression.

    Returns:
        Its tree.

    Raises:
        ExpressionError: It is none, or too long, or nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; {MAX_LENGTH} are allowed", text, 0)
    return Statements(text, tokens(text)).whole()
