"""Graphs to draw: flows as people build them, and nasty ones."""

from itertools import pairwise

from hypothesis import strategies as st

from identitysync.display import Edge, Node

NASTY = [
    "a",
    "b",
    "c",
    "end",
    "Is account <existing>? 🎉",
    "06.2 Lookup (UID)",
    "a) -> b ; { c } !> d",
    "-> a",
    "()",
    "",
    " ",
    "\u0301",
    "x" * 80,
    "東京 顧客データ",
    "\x00&'\"\n\x1b[31m\x7f\x85",
    "\u202eevil\U000e0001",
    "\ud800",
    "]]><script>alert(1)</script>",
]


def graph(ways, errors=()):
    """Build a graph from ``"a > b > c"`` lines; those of ``errors`` are for what is rejected."""
    nodes, edges = {}, []
    for error, lines in ((False, ways), (True, errors)):
        for line in lines:
            ids = line.split(" > ")
            for id in ids:
                nodes.setdefault(id, Node(id, "field.rename", "field"))
            edges += [Edge(one, other, error) for one, other in pairwise(ids)]
    return list(nodes.values()), edges


EXPORT = graph(["account > rename > remove > replace > dsv > gzip > sftp", "replace > marker > sftp"])
IMPORT = graph(
    ["sftp > gunzip > parse > rename > evaluate > gigya > log > folder", "rejects > folder", "bad rows > folder"],
    ["gigya > rejects", "parse > bad rows", "evaluate > bad rows"],
)


def steps(count, jumps=(1, 2, 5)):
    """Build a large graph with splits and merges, and arrows for what is rejected to the last box."""
    nodes = [Node(f"step {number}", "field.evaluate", "field") for number in range(count)]
    edges = {
        Edge(f"step {number}", f"step {min(number + jump, count - 1)}"): None
        for number in range(count - 1)
        for jump in (1, jumps[number % len(jumps)])
    }
    edges |= {Edge(f"step {number}", f"step {count - 1}", True): None for number in range(0, count - 2, 9)}
    return nodes, list(edges)


_ids = st.sampled_from(NASTY) | st.sampled_from("abcdefgh")
_kinds = st.sampled_from(["read", "write", "lookup", "file", "field", "record", "missing", "<x>", ""])
_nodes = st.builds(
    Node, _ids, st.sampled_from(["field.move", "", "<b>\x00"]), _kinds, st.sampled_from(["", "1,000 in"])
)
_edges = st.builds(Edge, _ids, _ids, st.booleans())
_forward = st.builds(lambda ends, error: Edge(min(ends), max(ends), error), st.tuples(_ids, _ids), st.booleans())

any_graph = st.tuples(st.lists(_nodes, max_size=8), st.lists(_edges, max_size=14) | st.lists(_forward, max_size=20))
"""Whole ones and broken ones, with circles, unknown targets, equal ids and equal arrows."""
