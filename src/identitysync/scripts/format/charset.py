"""Turn text into the bytes of a file, piece by piece, with one byte-order mark at most."""

import codecs
from typing import Final

import attrs

from identitysync.errors import InvalidParameter, RecordRejected

# charsets that begin a file with a mark, and what follows it
_MARKED: Final = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
# of names in domains and of source code: a row that they have changed is no row any more
_NO_FILES: Final = {"idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape"}


def check_charset(text: str) -> None:
    """Raise ``InvalidParameter`` unless there is such a charset."""
    message = f"there is no charset {text!r}; UTF-8, ISO-8859-1 and UTF-16 are usual ones"
    try:
        "".encode(text)  # refuses what is a codec but no charset, such as base64
    except (LookupError, ValueError) as fault:
        raise InvalidParameter(message) from fault
    if codecs.lookup(text).name in _NO_FILES:
        raise InvalidParameter(message)


@attrs.frozen
class Charset:
    """Say how text is written.

    Attributes:
        name: The charset as Python names it.
        mark: The byte-order mark with which a file begins, or nothing.
    """

    name: str
    mark: bytes

    @classmethod
    def of(cls, text: str) -> "Charset":
        """Look a charset up; UTF-16 and UTF-32 without more are little-endian with a mark."""
        name = codecs.lookup(text).name
        body = _MARKED.get(name)
        return cls(name, b"") if body is None else cls(body, "\ufeff".encode(body))

    def encode(self, text: str) -> bytes:
        """Write text.

        Raises:
            RecordRejected: The charset lacks a character.
        """
        try:
            return text.encode(self.name)
        except UnicodeError as fault:
            what = f"U+{ord(fault.object[fault.start]):04X}" if isinstance(fault, UnicodeEncodeError) else str(fault)
            raise RecordRejected(f"the charset {self.name} has no character {what}", code="charset") from fault
