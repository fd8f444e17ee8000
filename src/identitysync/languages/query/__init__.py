"""The SQL-like language of Gigya's searches: one parser, one tree, one quoting function, answers from documents."""

from identitysync.languages.query.aggregating import aggregate, group_documents, has_functions
from identitysync.languages.query.conditions import (
    Among,
    And,
    Compare,
    Comparison,
    Condition,
    Contains,
    FitsRegex,
    IsNull,
    Not,
    Or,
    Path,
)
from identitysync.languages.query.executing import execute, find_documents
from identitysync.languages.query.matching import matches, predicate
from identitysync.languages.query.ordering import order_key, sort_documents
from identitysync.languages.query.parser import parse_condition, parse_path, parse_query, parse_select
from identitysync.languages.query.projecting import project, projection
from identitysync.languages.query.quoting import Literal, quote
from identitysync.languages.query.tree import (
    Aggregate,
    Everything,
    Field,
    Filter,
    Function,
    Order,
    Query,
    SelectItem,
)

__all__ = [
    "Aggregate",
    "Among",
    "And",
    "Compare",
    "Comparison",
    "Condition",
    "Contains",
    "Everything",
    "Field",
    "Filter",
    "FitsRegex",
    "Function",
    "IsNull",
    "Literal",
    "Not",
    "Or",
    "Order",
    "Path",
    "Query",
    "SelectItem",
    "aggregate",
    "execute",
    "find_documents",
    "group_documents",
    "has_functions",
    "matches",
    "order_key",
    "parse_condition",
    "parse_path",
    "parse_query",
    "parse_select",
    "predicate",
    "project",
    "projection",
    "quote",
    "sort_documents",
]
