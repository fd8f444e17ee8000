"""What stands in a request's body: JSON, a form, or flat XML."""

from typing import Any
from xml.etree import ElementTree as ET

from identitysync.testing.http import Refused, Request


def body_of(request: Request) -> Any:
    """Read the body as its ``Content-Type`` says.

    Args:
        request: The request.

    Returns:
        Plain data; of XML the root's children, by their names.

    Raises:
        Refused: It is something else (400, 415).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        match kind:
            case "application/json":
                return request.json()
            case "application/x-www-form-urlencoded":
                return request.form()
            case "application/xml":
                return {child.tag: child.text or "" for child in _root(request.body)}
    except (ValueError, ET.ParseError) as fault:
        raise Refused(400, {"error": {"code": "unreadable", "message": f"the body cannot be read: {fault}"}}) from fault
    raise Refused(415, {"error": {"code": "media-type", "message": f"a body of the type {kind!r} is not taken"}})


def _root(body: bytes) -> ET.Element:
    if b"<!" in body:  # no document type: its entities could grow without end
        raise ValueError("a document type is not taken")
    return ET.fromstring(body)  # noqa: S314 - entities cannot be declared, see above
