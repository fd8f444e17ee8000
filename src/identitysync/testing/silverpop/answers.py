"""Answers of the XML API: a result, or a fault, both with an HTTP 200.

They follow https://developer.goacoustic.com/acoustic-campaign/reference/faqs and
https://developer.goacoustic.com/acoustic-campaign/reference/xml-api-overview
"""

from typing import Final

from identitysync.platforms.xml import Element, written_xml
from identitysync.testing.http import Refused, Reply

INVALID: Final = "51"
EXPIRED: Final = "145"
OWN: Final = "100"
"""Stands where no public page tells the id."""


def element(name: str, *children: "Element | tuple[str, object]") -> Element:
    """Make an element of others, and of pairs of a name and a text."""
    made = [child if isinstance(child, Element) else Element(child[0], str(child[1])) for child in children]
    return Element(name, children=made)


def succeeded(*children: "Element | tuple[str, object]") -> Reply:
    """Give the answer to a command that was done."""
    return _reply(element("RESULT", ("SUCCESS", "TRUE"), *children))


def failed(code: str, message: str) -> Refused:
    """Give the answer to a command that was not done."""
    refused = Refused(200)
    detail = element("error", ("errorid", code), ("module", ""), ("class", "SP.API"), ("method", ""))
    fault = element("Fault", ("Request", ""), ("FaultCode", ""), ("FaultString", message), element("detail", detail))
    refused.reply = _reply(element("RESULT", ("SUCCESS", "false")), fault)
    return refused


def _reply(*children: Element) -> Reply:
    text = written_xml(element("Envelope", element("Body", *children)))
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), 200, "text/xml;charset=UTF-8")
