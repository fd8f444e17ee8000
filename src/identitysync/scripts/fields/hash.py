"""``field.hash``: replace values by their hashes."""

import hashlib
import hmac
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from identitysync.contract import Example, Mapper, entry, param, script
from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.values import MISSING, FieldPath, Record, Secret, text_of

_NO_DIGIT: Final = re.compile(r"[^0-9]+")


class Algorithm(StrEnum):
    """How a hash is made."""

    SHA256 = "sha256"
    HMAC_SHA256 = "hmac-sha256"


class Normalize(StrEnum):
    """What is made alike before."""

    NONE = "none"
    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"


_NORMAL: Final[dict[Normalize, Callable[[str], str]]] = {
    Normalize.NONE: str,
    Normalize.EMAIL: lambda text: "".join(text.split()).lower(),
    Normalize.PHONE: lambda text: _NO_DIGIT.sub("", text).lstrip("0"),
    Normalize.TEXT: lambda text: " ".join(text.split()).lower(),
}


@entry
class Hashed:
    """Name a field, and where its hash goes."""

    field: FieldPath = param(doc="The path of the field.", example="profile.email")
    target_field: FieldPath | None = param(
        default=None, doc="Where the hash goes; by default it takes the value's place.", example="emailHash"
    )


@script(
    "field.hash",
    summary="Replace values by their hashes.",
    examples=(
        Example(
            "an e-mail address, as ad platforms want it",
            {"fields": [{"field": "email"}], "normalize": "email"},
            [{"email": " Ada@Example.com"}],
            [{"email": "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72"}],
        ),
        Example(
            "with a key, beside the value",
            {
                "fields": [{"field": "UID", "targetField": "pseudonym"}],
                "algorithm": "hmac-sha256",
                "key": "${env:HASH_KEY}",
            },
        ),
    ),
)
class Hash(Mapper):
    """Hash the text of each value as UTF-8, and write the hash in lower-case hexadecimal digits. A script of ours.

    Missing and null values stay, and so does what is empty once it is normalized: the hash of nothing would be the same
    for everybody. `email` takes blanks out and writes in small letters, as Meta and Google Ads ask for; `phone` leaves
    the digits, without zeros in front, as Meta asks for, and expects the country's code among them; `text` writes in
    small letters with single blanks. Google Ads wants a phone number with a `+` in front (E.164): bring it into that
    form by other steps, and hash it with `none`.
    """

    fields: list[Hashed] = param(doc="What is hashed.", example=[{"field": "email", "targetField": "emailHash"}])
    algorithm: Algorithm = param(
        default=Algorithm.SHA256,
        doc="How: `hmac-sha256` needs a key, and cannot be guessed without it.",
        example="sha256",
    )
    key: Secret = param(
        default=Secret(""), doc="The key of `hmac-sha256`, as text.", example="${env:HASH_KEY}", secret=True
    )
    normalize: Normalize = param(default=Normalize.NONE, doc="What is made alike before.", example="email")

    def __attrs_post_init__(self) -> None:
        """Refuse a key that would not be used, and the lack of one that would."""
        if bool(self.key) is not (self.algorithm is Algorithm.HMAC_SHA256):
            found = "there is a key" if self.key else "there is none"
            raise InvalidParameter(f"'key' belongs to the algorithm hmac-sha256, and {found} with {self.algorithm}")

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # what was found can be written where it was found
        """Whether no hash can be refused: none at the top can, nor can a single one that takes its value's place."""
        paths = [each.target_field or each.field for each in self.fields if each.target_field or len(self.fields) > 1]
        return all(len(path.segments) == 1 for path in paths)

    def map(self, record: Record) -> Record:
        """Hash the values, and write the hashes once all are made."""
        hashes: list[tuple[FieldPath, str]] = []
        for each in self.fields:
            value = each.field.get(record)
            if value is None or value is MISSING:
                continue
            try:
                text = _NORMAL[self.normalize](text_of(value))
                if text:
                    hashes.append((each.target_field or each.field, self._digest(text)))
            except ValueError as fault:
                raise RecordRejected(f"the value of {each.field} has no text: {fault}", code="no-text") from fault
        for path, made in hashes:
            path.set(record, made)
        return record

    def _digest(self, text: str) -> str:
        data = text.encode()
        if self.algorithm is Algorithm.HMAC_SHA256:
            return hmac.digest(self.key.reveal().encode(), data, "sha256").hex()
        return hashlib.sha256(data).hexdigest()
