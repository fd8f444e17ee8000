"""Pictures and tables for people."""

import io
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from identitysync.display import (
    Edge,
    Node,
    drawing,
    html_table,
    mermaid,
    outline,
    record_table,
    record_table_html,
    svg,
    table,
)
from identitysync.display.layout import lay_out
from identitysync.display.progress import Progress, Surface, detect
from identitysync.report import StepReport

ids = st.sampled_from(["a", "b", "c", "Is account <existing>? 🎉", "06.2 Lookup (UID)", "x" * 80, "\x00&'\""])
graphs = st.tuples(
    st.lists(st.builds(Node, ids, st.just("field.move"), st.just("field")), max_size=6),
    st.lists(st.builds(Edge, ids, ids, st.booleans()), max_size=9),
)


@given(graphs)
def test_every_graph_can_be_drawn_broken_ones_and_circles_too(graph):
    nodes, edges = graph
    picture = svg(nodes, edges, "<title>")
    root = ET.fromstring(picture)
    known = {node.id for node in nodes} | {end for edge in edges for end in (edge.source, edge.target)}

    assert root.tag.endswith("svg")
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) == len(known)
    assert not re.search(r"<(script|image|foreignObject)|href|url\(", picture)
    line = outline(nodes, edges)
    assert all(id in line for id in known)
    assert mermaid(nodes, edges).startswith("flowchart LR")
    drawing(nodes, edges)


@given(graphs)
def test_boxes_of_one_column_never_overlap_and_arrows_lead_forward(graph):
    layout = lay_out(*graph)
    places = sorted((place.column, place.row) for place in layout.places.values())

    assert all(one[0] != other[0] or other[1] - one[1] > 0.999 for one, other in pairwise(places))
    assert all(row >= 0 for _, row in places)


def test_a_split_and_a_merge_are_drawn_on_a_terminal():
    nodes = [Node(id) for id in ("account", "dsv", "gzip", "json", "sftp")]
    edges = [
        Edge("account", "dsv"),
        Edge("account", "json"),
        Edge("dsv", "gzip"),
        Edge("gzip", "sftp"),
        Edge("json", "sftp"),
    ]

    assert drawing(nodes, edges).splitlines() == [
        "         ┌─▶ dsv ────▶ gzip ─┐",
        "account ─┤                   ├─▶ sftp",
        "         └─▶ json ───────────┘",
    ]
    assert drawing(nodes, edges, width=20) == ""


def test_a_table_counts_wide_characters_and_shows_what_cannot_be_seen():
    drawn = table(("name", "n"), [("東京", 1), ("a\nb\x07", 22), ("x" * 99, 3)], right=(1,), widest=10)

    assert "東京" in drawn
    assert "a␊b␇" in drawn
    assert "x" * 9 + "…" in drawn
    assert drawn.splitlines()[2].endswith(" 1")


def test_records_tell_null_from_missing_and_html_is_escaped():
    records = [{"a": None, "b": {"c": "<b>"}}, {"a": "<script>"}]

    assert "null" in record_table(records)
    assert "<script>" not in record_table_html(records)
    assert "&lt;script&gt;" in record_table_html(records)
    assert html_table(("<i>",), [("&",)]).count("&amp;") == 1


def test_progress_writes_plain_lines_a_few_times_and_ends_with_the_story():
    stream = io.StringIO()
    now = iter(number * 0.3 for number in range(100)).__next__
    progress = Progress(stream, None, now)
    progress.start("flow", ("a",))
    for _ in range(9):
        progress.update({"a": StepReport(5, 5)}, 5)
    progress.finish("succeeded")

    lines = stream.getvalue().splitlines()
    assert 1 <= len(lines) - 1 < 9
    assert lines[-1].startswith("flow: succeeded")


def test_progress_is_shown_only_where_somebody_looks():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert detect(io.StringIO(), {}) is None
    assert detect(Terminal(), {}) is Surface.TERMINAL
    assert detect(Terminal(), {"NO_LIVE_PROGRESS": "1"}) is None
    assert detect(Terminal(), {"TERM": "dumb"}) is None
