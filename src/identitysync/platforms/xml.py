"""XML, read without trust: no document types, hence no entities, and nothing that is too large or too deep."""

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

import attrs

from identitysync.errors import FormatError

_LARGEST: Final = 16 << 20
_DEEPEST: Final = 50
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) does not allow, however it is written."""


@attrs.define
class Element:
    """An element: attributes and comments are left out, as nothing here has any.

    Attributes:
        name: Its name.
        text: The text that is directly in it.
        children: The elements in it.
    """

    name: str
    text: str = ""
    children: list["Element"] = attrs.field(factory=list)

    def find(self, path: str) -> "Element | None":
        """Give the first element at a path such as ``Body/RESULT``, or None."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator["Element"]:
        """Give all elements at a path."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def walk(self) -> Iterator["Element"]:
        """Give it, and all that is in it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def value(self, path: str) -> str:
        """Give the text at a path, without blanks around it; empty where there is none."""
        found = self.find(path)
        return found.text.strip() if found is not None else ""


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []

    def start(self, name: str, attributes: object) -> None:
        if len(self._open) >= _DEEPEST:
            raise FormatError(f"the XML is nested more than {_DEEPEST} deep")
        made = Element(name)
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made
        self._open.append(made)

    def text(self, text: str) -> None:
        self._open[-1].text += text

    def end(self, name: str) -> None:
        self._open.pop()

    def refuse(self, *_: object) -> None:
        raise FormatError("the XML has a document type, which is not read: it could define entities")


def read_xml(content: bytes) -> Element:
    """Read XML.

    Args:
        content: The XML.

    Returns:
        The outermost element.

    Raises:
        FormatError: It is none, holds a document type, or is too large or too deep.
    """
    if len(content) > _LARGEST:
        raise FormatError(f"the XML has {len(content)} bytes; at most {_LARGEST} are read")
    parser, builder = expat.ParserCreate(), _Builder()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.text, builder.refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as fault:
        raise FormatError(f"this is no XML: {expat.ErrorString(fault.code)}", line=fault.lineno) from None
    if builder.root is None:
        raise FormatError("this is no XML: it is empty")
    return builder.root


def written_xml(element: Element) -> str:
    """Write an element; its names must be such as XML allows.

    Args:
        element: The element.

    Raises:
        FormatError: A text holds characters that XML does not allow.
    """
    if _FORBIDDEN.search(element.text):
        raise FormatError(f"{element.name} has the text {element.text!r}, whose control characters XML does not allow")
    inner = escape(element.text) + "".join(written_xml(child) for child in element.children)
    return f"<{element.name}>{inner}</{element.name}>"


def tree(name: str, *children: "Element | tuple[str, object]") -> Element:
    """Make an element of others, and of pairs of a name and a text.

    Args:
        name: Its name.
        children: What is in it.
    """
    made = [child if isinstance(child, Element) else Element(child[0], str(child[1])) for child in children]
    return Element(name, children=made)
