"""Turn a part of a plan into fast code: one function for a tree of steps, made for the records that come."""

from identitysync.compiler.chain import Chain, chain_of
from identitysync.compiler.each import Entered, each_record
from identitysync.compiler.function import Function, for_objects, for_rows
from identitysync.compiler.program import Program, Ran
from identitysync.compiler.reads import Reads, reads_of
from identitysync.compiler.tree import PureStep, Segment, tree_of

__all__ = [
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
    "reads_of",
    "tree_of",
]
