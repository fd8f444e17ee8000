"""Flows on a terminal."""

import re

from hypothesis import given

from identitysync.display import Edge, Node, drawing
from identitysync.display.measure import cell_width, visible
from tests.display.graphs import EXPORT, any_graph, graph


def test_a_split_and_a_merge_are_drawn():
    assert drawing(*graph(["account > dsv > gzip > sftp", "account > json > sftp"])).splitlines() == [
        "         ┌─▶ dsv ────▶ gzip ─┐",
        "account ─┤                   ├─▶ sftp",
        "         └─▶ json ───────────┘",
    ]


def test_what_is_rejected_is_dashed_and_below():
    assert drawing(*graph(["a > b > c"], ["b > bad"])).splitlines() == [
        "a ───▶ b ─┬─▶ c",
        "          ╎",
        "          └╌▶ bad",
    ]


def test_lines_that_cross_are_not_joined():
    nodes, edges = graph(["a > m", "a > n", "b > n", "b > o", "a > o"])

    assert drawing(nodes, edges).splitlines() == [
        "   ┌───▶ m",
        "a ─┤",
        "   ├─┬─▶ n",
        "b ─│─┤",
        "   └─┴─▶ o",
    ]


def test_wide_letters_take_two_columns():
    lines = drawing(*graph(["東京 > b > d", "xy > c > d"])).splitlines()

    assert {cell_width(line[: line.index("b")]) for line in lines if "b" in line} == {
        cell_width(line[: line.index("c")]) for line in lines if "c" in line
    }


def test_arrows_back_and_missing_boxes_are_named():
    nodes, edges = graph(["a > b > a"], ["b > b"])

    assert drawing(nodes, edges) == "a ───▶ b ↺ a !↺ b"
    assert drawing([Node("a")], [Edge("a", "gone")]) == "a ───▶ gone (missing)"


def test_a_drawing_that_does_not_fit_is_given_up():
    full = drawing(*EXPORT)
    size = max(map(cell_width, full.splitlines()))

    assert drawing(*EXPORT, width=size) == full
    assert drawing(*EXPORT, width=size - 1) == ""
    assert drawing([], []) == ""


@given(any_graph)
def test_every_box_is_drawn_once_and_no_line_can_hurt_a_terminal(graph):
    nodes, edges = graph
    drawn = drawing(nodes, edges)
    known = {node.id for node in nodes} | {end for edge in edges for end in (edge.source, edge.target)}

    assert all(visible(line) == line for line in drawn.splitlines())
    assert all((visible(id) if id.strip() else f"'{id}'")[:20] in drawn for id in known)
    named = len(re.findall("[↺↷] ", drawn))
    heads = len({edge.target for edge in edges if edge.source != edge.target})
    assert named + drawn.count("▶") >= heads
