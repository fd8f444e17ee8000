"""Find the arrows that lead back to where one has come from: without them a graph has no circle."""

from collections.abc import Sequence


def back(count: int, ends: Sequence[tuple[int, int]]) -> list[bool]:
    """Walk the arrows in depth, from the beginnings first, and tell which of them lead back.

    Args:
        count: How many boxes there are.
        ends: The source and the target of each arrow, as numbers from 0.

    Returns:
        For each arrow whether it leads back; one from a box to itself does.
    """
    nexts: list[list[int]] = [[] for _ in range(count)]
    led_to = [False] * count
    for source, target in ends:
        nexts[source].append(target)
        led_to[target] |= source != target
    on_path, done = [False] * count, [False] * count
    found: set[tuple[int, int]] = set()
    for start in sorted(range(count), key=led_to.__getitem__):
        stack = [] if done[start] else [(start, iter(nexts[start]))]
        on_path[start] = bool(stack)
        while stack:
            vertex, left = stack[-1]
            target = next(left, -1)
            if target < 0:
                on_path[vertex], done[vertex] = False, True
                stack.pop()
            elif on_path[target]:
                found.add((vertex, target))
            elif not done[target]:
                on_path[target] = True
                stack.append((target, iter(nexts[target])))
    return [end in found for end in ends]
