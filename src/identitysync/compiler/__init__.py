"""Turn a part of a plan into fast code: one function for a tree of steps, made for the records that come.

What makes functions is loaded when the first one is made: a run of ten records needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from identitysync.compiler.each import Entered, each_record
from identitysync.compiler.tree import Barrier, PureStep, Segment, tree_of

if TYPE_CHECKING:
    from identitysync.compiler.chain import Chain, chain_of
    from identitysync.compiler.function import Function, for_objects, for_rows, for_table
    from identitysync.compiler.odd_records import Ran
    from identitysync.compiler.program import Program
    from identitysync.compiler.reads import Reads, reads_of

__all__ = [
    "Barrier",
    "Chain",
    "Entered",
    "Function",
    "Program",
    "PureStep",
    "Ran",
    "Reads",
    "Segment",
    "chain_of",
    "each_record",
    "for_objects",
    "for_rows",
    "for_table",
    "reads_of",
    "tree_of",
]

_LATER = {
    "Chain": "chain", "chain_of": "chain", "Function": "function", "for_objects": "function", "for_rows": "function",
    "for_table": "function",
    "Program": "program", "Ran": "odd_records", "Reads": "reads", "reads_of": "reads",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
