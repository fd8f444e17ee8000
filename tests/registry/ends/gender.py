"""The lists of first names; no name is refused, but what is no place for the guess is."""

from contextlib import nullcontext

from identitysync.testing.scripts import OtherEnd

PARAMS = {"firstNameField": "name", "targetField": "profile.gender"}
GOOD = [{"n": 1, "name": "Ada"}, {"n": 2, "name": "Zoë"}, {"n": 3, "name": "R2-D2"}, {"n": 4}]
BAD = [{"n": 5, "name": "Ada", "profile": "a text"}]

ENDS = {"datasource.lookup.gender": lambda: nullcontext(OtherEnd(PARAMS, GOOD, BAD, "n", stumble=lambda: None))}
