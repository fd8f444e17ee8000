"""For people: pictures of graphs, tables, progress. It draws plain data and knows no model."""

from identitysync.display.drawing import drawing
from identitysync.display.html import html_table, record_table_html
from identitysync.display.mermaid import mermaid
from identitysync.display.nodes import Edge, Node
from identitysync.display.outline import outline
from identitysync.display.svg import svg
from identitysync.display.text import record_table, table

__all__ = [
    "Edge",
    "Node",
    "drawing",
    "html_table",
    "mermaid",
    "outline",
    "record_table",
    "record_table_html",
    "svg",
    "table",
]
