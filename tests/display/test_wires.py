"""Lines in a gap are joined only where they lead to the same end."""

from hypothesis import given
from hypothesis import strategies as st

from identitysync.display.wires import Wire, lanes, nets

gap = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12, unique=True).map(
    lambda pairs: [Wire(left, right, number) for number, (left, right) in enumerate(pairs)]
)


@given(gap)
def test_every_wire_is_in_one_net_and_a_net_joins_each_beginning_to_each_end(wires):
    bundled = nets(wires)

    assert sorted(wire.edge for net in bundled for wire in net.wires) == [wire.edge for wire in wires]
    for net in bundled:
        assert {(wire.left, wire.right) for wire in net.wires} == {
            (one, other) for one in net.lefts for other in net.rights
        }


@given(gap)
def test_lines_of_two_nets_never_lie_on_each_other_but_on_the_way_to_a_common_end(wires):
    bundled = nets(wires)
    lane, lost = lanes(bundled)
    drawn = [number for number in range(len(bundled)) if number not in lost]
    for one in drawn:
        for other in drawn:
            if one == other:
                continue
            a, b = bundled[one], bundled[other]
            if not (a.straight or b.straight):
                spans = [(min(net.lefts | net.rights), max(net.lefts | net.rights)) for net in (a, b)]
                apart = spans[0][1] < spans[1][0] or spans[1][1] < spans[0][0]
                assert lane[one] != lane[other] or apart
            for line in a.rights & b.lefts:
                assert (b.straight and line in b.rights) or a.straight or lane[other] < lane[one]


def test_a_swap_has_no_way_and_loses_one_net_alone():
    assert len(lanes(nets([Wire(0, 2, 0), Wire(2, 0, 1)]))[1]) == 1
    assert lanes(nets([Wire(0, 0, 0), Wire(2, 2, 1)])) == ([0, 0], [])
