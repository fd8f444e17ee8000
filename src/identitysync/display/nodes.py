"""A graph as it is drawn."""

import attrs


@attrs.frozen
class Node:
    """A box.

    Attributes:
        id: Its unique name, which is its title too.
        label: A second, smaller line.
        kind: ``read``, ``write``, ``lookup``, ``file``, ``field``, ``record`` or ``missing``, which gives its colour
            and icon; all else is grey.
        note: A third line, such as counts.
    """

    id: str
    label: str = ""
    kind: str = ""
    note: str = ""


@attrs.frozen
class Edge:
    """An arrow.

    Attributes:
        source: Where it begins.
        target: Where it ends, which may be a box that does not exist.
        error: Whether it carries what was rejected.
    """

    source: str
    target: str
    error: bool = False
