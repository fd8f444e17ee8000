"""The little programs that a dataflow carries: expressions, patterns, dates, queries, variables."""
