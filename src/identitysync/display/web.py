"""A graph whose links lead from each column to the next alone, while it is laid out."""

import attrs


@attrs.frozen
class Link:
    """A piece of an arrow.

    Attributes:
        left: The vertex where it begins.
        right: The vertex in the next column.
        error: Whether it carries what was rejected.
    """

    left: int
    right: int
    error: bool


@attrs.frozen
class Web:
    """Boxes, waypoints, and the links between them.

    Attributes:
        columns: The column of each vertex.
        boxes: How many vertices are boxes; those from this number on are waypoints of long arrows.
        links: The links.
    """

    columns: list[int]
    boxes: int
    links: list[Link]
