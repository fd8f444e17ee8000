"""What a record's values become in a template: themselves, whatever they hold, and nothing but themselves."""

from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identitysync.errors import InvalidParameter, RecordRejected
from identitysync.platforms.generic.template import BodyFormat, body_template, header_template, url_template

FEW = settings(max_examples=60, deadline=None)
TEXTS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=6,
)
NASTY = [
    '"',
    "\\",
    '\\"',
    "a&b=c",
    "%2e%2e",
    "<b>",
    "]]>",
    "${x}",
    "\r\nX: y",
    "Łódź 🎈",
    "' OR 1=1",
    "",
    "\x00",
    "?#/;",
]


@FEW
@given(VALUES, TEXTS)
def test_in_json_a_value_comes_out_as_it_went_in_and_amid_a_text_as_text(value, text):
    template = body_template('{"value": ${v}, "text": "\\"<${t}>\\"", "${t}": [1]}', BodyFormat.JSON)
    made = msgspec.json.decode(template.fill({"v": value, "t": text}.get))
    assert made == {"value": value, "text": f'"<{text}>"', text: [1]} or text in {"value", "text"}


@FEW
@given(TEXTS, TEXTS)
def test_in_a_form_a_value_is_one_value(one, other):
    filled = body_template("a=${one}&b=${other}&c=1", BodyFormat.FORM).fill({"one": one, "other": other}.get)
    assert parse_qsl(filled, keep_blank_values=True) == [("a", one), ("b", other), ("c", "1")]


@FEW
@given(TEXTS.filter(bool), TEXTS)
def test_in_an_address_a_value_is_one_segment_or_one_parameter(one, other):
    template = url_template("https://api.example.com/people/${one}/tags?q=${other}&x=1")
    try:
        parts = urlsplit(template.fill({"one": one, "other": other}.get))
    except RecordRejected:
        assert one in {".", ".."}
        return
    assert (parts.scheme, parts.netloc) == ("https", "api.example.com")
    assert [unquote(each) for each in parts.path.split("/")] == ["", "people", one, "tags"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [("q", other), ("x", "1")]


@FEW
@given(TEXTS)
def test_in_xml_a_value_is_one_text_and_one_attribute(text):
    try:
        root = ET.fromstring(body_template('<p a="${t}"><n>${t}</n></p>', BodyFormat.XML).fill({"t": text}.get))
    except RecordRejected:
        return
    read = root.findtext("n")
    assert read.replace("\r\n", "\n").replace("\r", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")
    assert list(root) == [root.find("n")]
    assert set(root.attrib) == {"a"}


@pytest.mark.parametrize("text", NASTY)
def test_a_header_and_a_plain_text_hold_a_value_or_refuse_it(text):
    safe = text.isascii() and text.isprintable()
    for template in (header_template("Token ${v}"), body_template("a ${v} b", BodyFormat.TEXT)):
        try:
            filled = template.fill(lambda _: text)
        except RecordRejected:
            assert not safe
        else:
            assert text in filled
            assert not set("\r\n\x00") & set(filled)


@pytest.mark.parametrize("value", [None, "", ".", ".."])
def test_a_record_cannot_turn_its_address_into_another_one(value):
    with pytest.raises(RecordRejected):
        url_template("https://api.example.com/people/${UID}").fill(lambda _: value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://x/", "begins with https://"),
        ("https://${host}/", "no value may choose"),
        ("https://api.${host}/x", "no value may choose"),
        ("https://api.example.com${path}", "no value may choose"),
        ("https://me:secret@api.example.com/", "use auth"),
        ("https://api.example.com/a b", "neither blanks"),
        ("https://api.example.com/#a", "neither blanks"),
        ("https://api.example.com/${}", "names nothing"),
        ("https://api.example.com/${a", "never closed"),
        ("https://api.example.com/${env:SECRET}", "use auth"),
        ("https://api.example.com:port/", "begins with https://"),
    ],
)
def test_an_address_that_is_none_is_refused_with_a_reason(url, why):
    with pytest.raises(InvalidParameter, match=why):
        url_template(url)


def test_a_body_that_would_be_no_json_is_refused_before_anything_runs():
    with pytest.raises(InvalidParameter, match="this is no JSON"):
        body_template('{"a": ${a}', BodyFormat.JSON)
