"""Mozilla's JEXL: parsed by pyjexl, compiled and run by us.

>>> from identitysync.languages import pyjexl
>>> pyjexl.compile("people[.age > 17].name|upper")({"people": [{"name": "Ann", "age": 30}]})
'ANN'

Its operators mean what they mean to pyjexl, which is what they mean to Python. Otherwise than there, arguments of
transforms see the record, members of null are null, names may begin like words of the language, and nothing grows or
lasts without bound.
"""

from identitysync.languages.pyjexl.expression import compile  # noqa: A004 - the word of this trade
from identitysync.languages.pyjexl.transforms import GROUP, Transforms, transforms

__all__ = ["GROUP", "Transforms", "compile", "transforms"]
