"""Apache Commons JEXL 3.1 (lenient, not silent): the expressions of ``field.evaluate`` and ``record.filter``.

>>> from identitysync.languages import jexl
>>> jexl.compile("data.subscribed eq 'Yes' ? 'true' : 'false'")({"data": {"subscribed": "Yes"}})
'true'

What the language means was measured on the real engine; ``tests/languages`` holds its answers.
"""

from identitysync.languages.jexl.expression import Expression, compile, condition  # noqa: A004 - the word of this trade

__all__ = ["Expression", "compile", "condition"]
