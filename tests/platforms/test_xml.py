"""XML that a platform sends is read without trust."""

import pytest

from identitysync.errors import FormatError
from identitysync.platforms.xml import Element, read_xml, written_xml


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
        b"<a>" * 60 + b"</a>" * 60,
        b"<a>",
        b"",
        b"<a>&b;</a>",
        b"<a>" + b"x" * (17 << 20) + b"</a>",
    ],
)
def test_xml_that_is_not_to_be_trusted_is_refused(text):
    with pytest.raises(FormatError):
        read_xml(text)


def test_xml_comes_back_as_it_was_written():
    tree = Element("A", children=[Element("B", "a & <b> ]]> \"'Łódź"), Element("B", " two "), Element("C")])
    again = read_xml(written_xml(tree).encode())
    assert (again.value("B"), [each.text for each in again.all("B")]) == (
        "a & <b> ]]> \"'Łódź",
        ["a & <b> ]]> \"'Łódź", " two "],
    )
    assert (again.find("C/D"), again.value("X/Y")) == (None, "")
    with pytest.raises(FormatError, match="control characters"):
        written_xml(Element("A", "a\x00b"))
