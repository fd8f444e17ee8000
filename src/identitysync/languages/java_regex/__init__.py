"""Regular expressions of ``java.util.regex``, translated once and run by Python's engines.

A pattern that cannot backtrack without end runs on the standard ``re``; every other runs on the ``regex`` module with a
time-out, which rejects the record.
"""

from identitysync.languages.java_regex.pattern import JavaRegex, compile_regex
from identitysync.languages.java_regex.replacement import compile_replacement

__all__ = ["JavaRegex", "compile_regex", "compile_replacement"]
