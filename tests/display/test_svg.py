"""Pictures stand alone, hurt nobody, and show everything."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from identitysync.display import Edge, Node, svg
from tests.display.graphs import EXPORT, IMPORT, any_graph, graph, steps

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [text.text for text in ET.fromstring(picture).iter(f"{SVG}text")]


def cards(picture):
    return [
        {key: float(value) for key, value in rect.attrib.items() if key in {"x", "y", "width", "height"}}
        for rect in ET.fromstring(picture).iter(f"{SVG}rect")
        if rect.get("class") == "card"
    ]


@given(any_graph)
def test_every_graph_is_a_picture_with_all_its_boxes_and_arrows(graph):
    nodes, edges = graph
    root = ET.fromstring(svg(nodes, edges, "]]><title>\x00"))
    known = {node.id for node in nodes} | {end for edge in edges for end in (edge.source, edge.target)}

    assert len(cards(ET.tostring(root))) == len(known)
    lines = {group.get("class"): len(group) for group in root if group.get("class")}
    assert lines == {kind: sum(edge.error is (kind == "error") for edge in set(edges)) for kind in ("edge", "error")}


@given(any_graph)
def test_nothing_in_a_picture_runs_or_comes_from_elsewhere(graph):
    picture = svg(*graph, title="<script>alert(1)</script>")
    root = ET.fromstring(picture)

    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "style", "g", "rect", "path", "text")
    }
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)
    assert not re.search(r"url\(|@import|javascript:", ET.tostring(root.find(f"{SVG}style"), "unicode"))
    assert root.findtext(f"{SVG}title") == "<script>alert(1)</script>"


@pytest.mark.parametrize("graph", [EXPORT, IMPORT, graph(["a > b > a", "b > b"]), steps(30), graph([])])
def test_all_boxes_are_inside_the_picture_and_none_covers_another(graph):
    picture = svg(*graph)
    _, _, width, height = map(float, ET.fromstring(picture).get("viewBox").split())
    boxes = cards(picture)

    for box in boxes:
        assert 0 <= box["x"] <= width - box["width"]
        assert 0 <= box["y"] <= height - box["height"]
        for other in boxes:
            apart = abs(box["x"] - other["x"]) >= box["width"] or abs(box["y"] - other["y"]) >= box["height"]
            assert other is box or apart


def test_arrows_begin_and_end_at_their_boxes():
    root = ET.fromstring(svg(*graph(["a > b"])))
    (path,) = next(group for group in root if group.get("class") == "edge")
    one, other = cards(ET.tostring(root))
    begin, end = re.fullmatch(r"M([\d.]+) [\d.]+H([\d.]+)", path.get("d")).groups()

    assert float(begin) == one["x"] + one["width"]
    assert 0 < other["x"] - float(end) < 10


def test_a_picture_is_told_to_those_who_cannot_see_it_and_scales():
    root = ET.fromstring(svg(*EXPORT, title="Export: a > b"))

    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == "Export: a > b"
    assert "max-width:100%" in root.get("style")
    assert "max-width:none" in ET.fromstring(svg(*steps(30))).get("style")
    assert "prefers-color-scheme:dark" in root.findtext(f"{SVG}style")


def test_boxes_show_id_type_and_note_and_cut_what_is_too_long():
    nodes = [
        Node("06.2 Lookup (UID)?", "datasource.lookup.gigya.account", "lookup", "1,000 in, 998 out"),
        Node("y" * 99),
    ]
    shown = texts(svg(nodes, []))

    assert shown[:3] == ["06.2 Lookup (UID)?", "datasource.lookup.gigya.account", "1,000 in, 998 out"]
    assert re.fullmatch(r"y{10,}…", shown[3])
    assert "y" * 99 in [title.text for title in ET.fromstring(svg(nodes, [])).iter(f"{SVG}title")]
    assert max(box["width"] for box in cards(svg(nodes, []))) < 300


def test_what_cannot_be_seen_is_shown_and_kinds_have_colours():
    picture = svg([Node("a\x00\x1b\u202e", kind="read"), Node("", kind="write")], [Edge("", "gone")])

    assert texts(picture) == ["a␀␛\\u202e", "(no id)", "gone", "missing"]
    assert {"#0e9f6e", "#2f6fed", "#d63d3d"} <= set(re.findall(r"#\w{6}", picture))


def test_an_arrow_drawn_twice_is_drawn_once():
    assert svg([], [Edge("a", "b")] * 2) == svg([], [Edge("a", "b")])
