"""Columns and rows: what leads to the right, stands apart, and is straight where it can be."""

import time
from itertools import pairwise

import pytest
from hypothesis import given

from identitysync.display import Edge, Node
from identitysync.display.layout import Place, lay_out
from identitysync.display.ordering import ordered
from identitysync.display.web import Link, Web
from tests.display.graphs import EXPORT, IMPORT, any_graph, graph, steps


@given(any_graph)
def test_boxes_of_one_column_stand_a_row_apart_and_waypoints_never_on_a_box(graph):
    layout = lay_out(*graph)
    places = sorted((place.column, place.row) for place in layout.places.values())
    points = {(point.column, point.row) for route in layout.routes for point in route}

    assert all(one[0] != other[0] or other[1] - one[1] >= 1 for one, other in pairwise(places))
    assert all(0 <= row <= layout.rows - 1 and row * 2 == int(row * 2) for _, row in places)
    assert all(abs(row - other) >= 1 for column, row in places for at, other in points if at == column)


@given(any_graph)
def test_arrows_visit_each_column_between_their_ends(graph):
    nodes, edges = graph
    layout = lay_out(nodes, edges)

    for edge, route in zip(edges, layout.routes, strict=True):
        columns = [place.column for place in (layout.places[edge.source], *route, layout.places[edge.target])]
        step = -1 if layout.leads_back(edge) else 1
        assert edge.source == edge.target or all(after - before == step for before, after in pairwise(columns))


@given(any_graph)
def test_a_graph_is_always_laid_out_in_the_same_way(graph):
    assert lay_out(*graph) == lay_out(*graph)


def test_whole_flows_have_no_arrow_back_and_broken_ones_as_few_as_must_be():
    for nodes, edges in (EXPORT, IMPORT, steps(40)):
        layout = lay_out(nodes, edges)
        assert not any(layout.leads_back(edge) for edge in edges)

    nodes, edges = graph(["a > b > c > d", "c > b"])
    layout = lay_out(nodes, edges)
    assert [edge for edge in edges if layout.leads_back(edge)] == [Edge("c", "b")]


def test_a_chain_is_one_straight_line():
    assert {place.row for place in lay_out(*graph(["a > b > c > d > e"])).places.values()} == {0}


def test_a_split_and_its_merge_stand_in_the_middle_of_their_branches():
    row = {id: place.row for id, place in lay_out(*EXPORT).places.items()}

    assert row["dsv"] == row["gzip"] == row["marker"] - 1
    assert row["account"] == row["rename"] == row["remove"] == row["replace"] == row["sftp"] == row["dsv"] + 0.5


def test_what_is_rejected_leads_down_and_leaves_the_main_line_straight():
    row = {id: place.row for id, place in lay_out(*IMPORT).places.items()}

    main = ["sftp", "gunzip", "parse", "rename", "evaluate", "gigya", "log"]
    assert {row[id] for id in main} == {0}
    assert 0 < row["rejects"] < row["bad rows"]
    assert lay_out(*graph(["a > b"], ["b > r"])).places["r"] == Place(2, 1)


def test_lines_are_not_crossed_without_need():
    web = Web([0, 0, 0, 1, 1, 1], 6, [Link(0, 5, False), Link(1, 4, False), Link(2, 3, False)])
    order = ordered(web)

    assert [(order[0].index(link.left), order[1].index(link.right)) for link in web.links] in (
        [(0, 0), (1, 1), (2, 2)],
        [(2, 2), (1, 1), (0, 0)],
    )


def test_an_unknown_target_becomes_a_missing_box_and_the_first_of_equal_ids_counts():
    layout = lay_out([Node("a", "one"), Node("a", "two")], [Edge("a", "gone")])

    assert layout.nodes == {"a": Node("a", "one"), "gone": Node("gone", "missing", "missing")}


@pytest.mark.parametrize(("count", "seconds"), [(30, 0.5), (300, 5)])
def test_large_flows_are_laid_out_while_one_waits(count, seconds):
    began = time.process_time()
    layout = lay_out(*steps(count))

    assert layout.columns == count
    assert time.process_time() - began < seconds


def test_nothing_has_no_place():
    assert lay_out([], []).columns == 0
