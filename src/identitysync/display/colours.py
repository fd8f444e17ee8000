"""The colours of the kinds of boxes: on light and on dark backgrounds each can be told from the others."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "read": "#0e9f6e",
        "write": "#2f6fed",
        "lookup": "#8250df",
        "file": "#d9830a",
        "field": "#5b6b82",
        "record": "#c2417f",
        "missing": "#d63d3d",
    }
)
OTHER: Final = "#5b6b82"
EDGE: Final = "#8fa0b5"
ERROR: Final = "#e0484d"
