"""Turn a part of a plan into fast code: one function for a tree of steps, made for the records that come."""

from identitysync.compiler.chain import Chain, chain_of
from identitysync.compiler.each import Entered, each_record
from identitysync.compiler.program import Program, Ran
from identitysync.compiler.tree import PureStep, Segment, tree_of

__all__ = ["Chain", "Entered", "Program", "PureStep", "Ran", "Segment", "chain_of", "each_record", "tree_of"]
