"""``datasource.lookup.gender``: guess the gender that goes with a first name."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, Self

from identitysync.contract import Answer, Example, Lookup, Rejected, Services, param, script
from identitysync.errors import MissingExtra, RecordRejected
from identitysync.values import FieldPath, Record

_GIVEN: Final = re.compile(r"[^\W\d_]+")

Names = Mapping[str, tuple[float, float]]
"""First names, and how often men and women have them."""


@script(
    "datasource.lookup.gender",
    summary="Guess the gender that goes with a first name.",
    examples=(
        Example("into the profile", {"firstNameField": "profile.firstName", "targetField": "profile.gender"}),
        Example(
            "Brunhilde and Wolfgang",
            {"firstNameField": "name", "targetField": "gender"},
            [{"name": "Brunhilde"}, {"name": "Wolfgang"}, {"name": "R2-D2"}],
            [
                {"name": "Brunhilde", "gender": "female", "genderProbability": 1.0},
                {"name": "Wolfgang", "gender": "male", "genderProbability": 1.0},
                {"name": "R2-D2", "gender": None, "genderProbability": None},
            ],
        ),
    ),
)
class LookUpGender(Lookup):
    """Look the first name up in lists of first names of some 70 countries; nothing is sent anywhere.

    `targetField` becomes `male`, `female`, or null where the name is unknown or as usual for one as for the other;
    `<targetField>Probability` is the share of the more usual one, from 0.5 to 1 (*our choice*). Of several given names
    the first that is known counts. Case and accents do not.

    A guess from a name is wrong for many people. Do not use it where the answer matters to the person.

    Needs the extra `gender` (the lists are those of the package Faker, whose licence is MIT).
    """

    atomic = True
    batch_size = 1000

    first_name_field: FieldPath = param(doc="The field with the first name.", example="profile.firstName")
    target_field: FieldPath = param(doc="The field that receives the guess.", example="profile.gender")

    def open(self, services: Services) -> Self:
        """Read the lists."""
        return _Guessing(self, read_names())  # type: ignore[return-value]  # it looks up as this class does

    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        """Answer for one batch; a run uses ``open`` first."""
        return self.open(services).look_up(records, services)


class _Guessing:
    def __init__(self, params: LookUpGender, names: Names) -> None:
        self._name, self._target, self._names = params.first_name_field, params.target_field, names
        text = self._target.text
        self._probability = FieldPath.parse(f"{text[:-1]}Probability'" if text.endswith("'") else f"{text}Probability")

    def look_up(self, records: Sequence[Record], services: Services) -> list[Answer]:
        return [self._one(record) for record in records]

    def _one(self, record: Record) -> Record | Rejected:
        guess, share = self._guess(self._name.get(record))
        try:
            self._target.set(record, guess)
            self._probability.set(record, share)
        except RecordRejected as fault:
            return Rejected(record, fault.message, fault.code)
        return record

    def _guess(self, name: Any) -> tuple[str | None, float | None]:
        if not isinstance(name, str):
            return None, None
        known = (self._names[given] for given in _spelled(name) if given in self._names)
        men, women = next(known, (0.0, 0.0))
        if men == women:
            return None, 0.5 if men else None
        return "male" if men > women else "female", round(max(men, women) / (men + women), 4)


def read_names() -> Names:
    """Read the lists of Faker: each country counts as much as any other, each name in it by its weight.

    Returns:
        The names in small letters without accents.

    Raises:
        MissingExtra: Faker is not there.
    """
    try:
        import faker.providers.person as persons
    except ImportError as fault:
        raise MissingExtra("gender", "datasource.lookup.gender") from fault
    names: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for module in iter_modules(persons.__path__):
        provider = import_module(f"{persons.__name__}.{module.name}").Provider
        lists = [getattr(provider, f"first_names_{gender}", ()) for gender in ("male", "female")]
        for gender, given in enumerate(lists if all(lists) else []):
            weights = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, 1.0)
            total = sum(weights.values())
            for name, weight in weights.items():
                for spelled in _spelled(name)[:1]:
                    names[spelled][gender] += weight / total
    return {name: (men, women) for name, (men, women) in names.items()}


def _spelled(name: str) -> list[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return [part.casefold() for part in _GIVEN.findall(plain)]
