"""JavaScript, the language of ``record.evaluate``: both generations of its API, in a sandbox.

>>> from identitysync.languages.javascript import Sandbox
>>> sandbox = Sandbox("function process(record) { return record.age < 18 ? null : record }")
>>> [[each.record for each in outcome.given] for outcome in sandbox.run([{"age": 3}, {"age": 18}])]
[[], [{'age': 18}]]
>>> sandbox.close()
"""

from identitysync.languages.javascript.faults import Limits
from identitysync.languages.javascript.sandbox import Given, Outcome, Sandbox
from identitysync.languages.javascript.sharing import SharedVariables
from identitysync.languages.javascript.source import check_source, decode_source

__all__ = ["Given", "Limits", "Outcome", "Sandbox", "SharedVariables", "check_source", "decode_source"]
