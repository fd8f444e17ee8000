"""How a DSV file is written: what separates, quotes and escapes."""

import attrs

from identitysync.errors import InvalidParameter


@attrs.frozen
class Dialect:
    """Say what three texts mean in a file.

    Attributes:
        separator: What stands between two columns, any length.
        quote: What opens and closes a quoted field; nothing when quotes mean nothing.
        escape: What takes the meaning off the next character; nothing when there is no such thing.
    """

    separator: str
    quote: str = '"'
    escape: str = ""

    def __attrs_post_init__(self) -> None:
        if self.quote and self.quote in self.separator:
            raise InvalidParameter(f"the column separator {self.separator!r} holds the quote {self.quote!r}")
        if self.escape and (self.escape in self.separator or self.escape == self.quote):
            raise InvalidParameter(
                f"the escape character {self.escape!r} is the quote or part of the column separator; "
                "quotes inside quoted fields are doubled when there is no escape character"
            )


def unescaped(text: str) -> str:
    r"""Read a separator as flows write it: the two characters ``\t`` are a tab."""
    return text.replace("\\t", "\t")


def check_separator(text: str) -> None:
    """Raise ``InvalidParameter`` unless columns can be separated by this."""
    if not text or "\r" in text or "\n" in text:
        raise InvalidParameter(f"a column separator is neither empty nor a line end; found {text!r}")


def check_sign(text: str) -> None:
    """Raise ``InvalidParameter`` unless this is one character, or none, that can quote or escape."""
    if len(text) > 1 or text in {"\r", "\n"}:
        raise InvalidParameter(f"expected one character that is no line end, or nothing; found {text!r}")
