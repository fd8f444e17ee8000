"""Mermaid's text holds any id, and nothing that Mermaid would obey."""

import re

from hypothesis import given

from identitysync.display import Edge, Node, mermaid
from tests.display.graphs import any_graph, graph


def test_a_graph_is_written():
    nodes, edges = graph(["a > b"], ["b > gone"])

    assert mermaid(nodes[:2], edges).splitlines() == [
        "flowchart LR",
        '  n0["a<br/><small>field.rename</small>"]',
        '  n1["b<br/><small>field.rename</small>"]',
        '  n2["gone<br/><small>missing</small>"]',
        "  n0 --> n1",
        "  n1 -.-> n2",
        "  classDef field stroke:#5b6b82,stroke-width:2px",
        "  class n0,n1 field",
        "  classDef missing stroke:#d63d3d,stroke-width:2px",
        "  class n2 missing",
        "  linkStyle 1 stroke:#e0484d",
    ]


@given(any_graph)
def test_no_id_leaves_its_quotes(graph):
    nodes, edges = graph
    known = {node.id for node in nodes} | {end for edge in edges for end in (edge.source, edge.target)}
    boxes = [line for line in mermaid(nodes, edges).splitlines() if "[" in line]

    assert len(boxes) == len(known)
    for line in boxes:
        text = re.fullmatch(r'  n\d+\["([^"]*)"\]', line).group(1)
        assert not re.search(r"[<>`*_\[\]{}|\\]", re.sub(r"<br/><small>|</small>", "", text))


def test_letters_that_mermaid_knows_are_written_as_codes():
    assert '"#34;a#34; #35;1 #60;b#62; #38; #42;#42;"' in mermaid([Node('"a" #1 <b> & **')], [])
    assert mermaid([], [Edge("a", "b")] * 2).count("-->") == 1
