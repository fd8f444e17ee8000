"""Turn a part of a plan into fast code: one function for a tree of steps, made for the records that come."""

from identitysync.compiler.each import Entered, each_record
from identitysync.compiler.program import Program, Ran
from identitysync.compiler.tree import PureStep, Segment, tree_of

__all__ = ["Entered", "Program", "PureStep", "Ran", "Segment", "each_record", "tree_of"]
