"""One line says all that there is to say of a graph."""

import json
import re

import pytest
from hypothesis import given

from identitysync.display import Edge, Node, outline
from tests.display.graphs import EXPORT, IMPORT, any_graph, graph, steps


class Reader:
    """Reads an outline back: its grammar, written down a second time."""

    def __init__(self, line):
        self.line, self.at = line, 0
        self.ids, self.edges = set(), set()
        if line:
            self.branches()
        assert self.at == len(line), line[self.at :]

    def take(self, text):
        found = self.line.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def branches(self, sources=frozenset()):
        ends = self.chain(sources)
        while self.take(" ; "):
            ends |= self.chain(sources)
        return ends

    def chain(self, sources):
        ends = self.item(sources)
        while self.take(" > "):
            ends = self.item(ends)
        return ends

    def item(self, sources):
        if self.take("()"):
            return sources
        if self.take("{ "):
            ends = self.branches(sources)
            assert self.take(" }")
            return ends
        named_only = self.take("-> ")
        id = self.name()
        self.edges |= {Edge(source, id, error) for source, error in sources}
        if named_only:
            return frozenset()
        assert id not in self.ids, f"{id!r} is written twice"
        self.ids.add(id)
        if self.take(" (!> "):
            self.chain(frozenset([(id, True)]))
            assert self.take(")")
        elif self.take(" !> "):
            self.chain(frozenset([(id, True)]))
        return frozenset([(id, False)])

    def name(self):
        if self.line.startswith('"', self.at):
            value, self.at = json.JSONDecoder().raw_decode(self.line, self.at)
            return value
        depth, start = 0, self.at
        while self.at < len(self.line) and not re.match(r" (>|;|}|\(!>|!>)", self.line[self.at : self.at + 4]):
            depth += {"(": 1, ")": -1}.get(self.line[self.at], 0)
            if depth < 0:
                break
            self.at += 1
        return self.line[start : self.at]


@given(any_graph)
def test_the_line_can_be_read_back_into_the_same_boxes_and_arrows(graph):
    nodes, edges = graph
    line = outline(nodes, edges)
    read = Reader(line)

    assert read.edges == set(edges)
    assert read.ids == {node.id for node in nodes} | {end for edge in edges for end in (edge.source, edge.target)}
    assert line.isprintable() or "\u200d" in line


@pytest.mark.parametrize(
    ("ways", "errors", "line"),
    [
        (["a > b > c"], [], "a > b > c"),
        (["a > b > d", "a > c > d"], [], "a > { b ; c } > d"),
        (["a > c", "b > c"], [], "{ a ; b } > c"),
        (["a > b > c", "a > c"], [], "a > { b ; () } > c"),
        (["a > b > d", "a > c"], [], "a > { b > d ; c }"),
        (["a > b > d", "a > c > d", "a > e"], [], "a > { { b ; c } > d ; e }"),
        (["a > b > c > d > e", "a > e", "b > d"], [], "a > { b > { c ; () } > d ; () } > e"),
        (["a > b > a"], [], "a > b > -> a"),
        (["a > a"], [], "a > -> a"),
        (["a > b", "c > d"], [], "a > b ; c > d"),
        (["a > b"], ["a > r"], "a (!> r) > b"),
        (["a > b > c", "r > c"], ["b > r"], "a > b (!> r > -> c) > c"),
        ([], ["a > r", "a > s"], "a !> { r ; s }"),
        (["r > t", "s > t"], ["a > r", "a > s"], "a !> { r ; s } > t"),
        (["a > x", "a > y", "b > x", "b > z"], [], "a > { x ; y } ; b > { -> x ; z }"),
    ],
)
def test_what_can_be_nested_is_nested(ways, errors, line):
    assert outline(*graph(ways, errors)) == line


def test_the_main_jobs_read_as_people_say_them():
    assert outline(*EXPORT) == "account > rename > remove > replace > { dsv > gzip ; marker } > sftp"
    assert outline(*IMPORT) == (
        "sftp > gunzip > parse (!> bad rows > -> folder) > rename > evaluate (!> -> bad rows)"
        " > gigya (!> rejects > -> folder) > log > folder"
    )


@pytest.mark.parametrize(
    ("id", "written"),
    [
        ("06.2 Lookup (UID)", "06.2 Lookup (UID)"),
        ("Is it? 🎉", "Is it? 🎉"),
        ("a > b", '"a > b"'),
        ("a)", '"a)"'),
        ("", '""'),
        (" a", '" a"'),
        ("a\n", '"a\\n"'),
        ("\u202e", '"\\u202e"'),
    ],
)
def test_only_ids_that_could_be_misread_are_quoted(id, written):
    assert outline([Node(id)], []) == written


def test_nothing_is_too_deep_or_too_long():
    deep = graph([], [" > ".join(f"s{number}" for number in range(1500))])
    wide = graph([f"s{number} > s{number + 1} > s{number + 3}" for number in range(0, 600, 2)])

    for nodes, edges in (deep, wide, steps(1000)):
        assert Reader(outline(nodes, edges)).edges == set(edges)


def test_an_empty_graph_is_an_empty_line():
    assert outline([], []) == ""
