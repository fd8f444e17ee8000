"""The pages about the languages say what is so: their snippets run, and what their tables show is shown."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from identitysync.errors import PatternError
from identitysync.languages.java_dates import compile_pattern
from identitysync.languages.java_regex import compile_regex
from identitysync.languages.query import parse_condition, parse_query
from identitysync.languages.query.conditions import Comparison
from identitysync.languages.query.cursor import CLAUSES
from identitysync.languages.query.tree import Function

PAGES = Path(__file__).parents[2] / "docs" / "reference"


def page(name):
    return (PAGES / name).read_text("utf-8")


def table(text, heading):
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


def marked(text):
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("name", ["java-regex.md", "java-dates.md", "queries.md"])
def test_the_snippets_of_a_page_run_one_after_the_other(name):
    namespace = {"__name__": "snippets"}
    for snippet in re.findall(r"```python\n(.*?)```", page(name), re.DOTALL):
        exec(compile(snippet, name, "exec"), namespace)


def test_every_named_class_of_the_page_is_one():
    names = [name for row in table(page("java-regex.md"), "Named classes") for name in marked(row[1])]
    assert len(names) > 100
    for name in set(names) - {"U", r"\xff"}:
        compile_regex(rf"\p{{{name}}}")


def test_what_the_page_calls_refused_is_refused():
    for regex in (r"\G", r"\b{g}", "(?c)a", "a{2}{3}", "(?i){2}", "[a&&]", "[a&&&b]", "a" * 16_385):
        with pytest.raises(PatternError):
            compile_regex(regex)


def test_every_letter_of_the_page_writes_what_the_page_says():
    moment = datetime(2024, 3, 5, 19, 8, 9, 12_345, tzinfo=ZoneInfo("Europe/Berlin"))
    letters = set()
    for letter, _, examples in table(page("java-dates.md"), "Letters"):
        letters |= set("".join(marked(letter)))
        for example in examples.split(", "):
            pattern, written = re.fullmatch(r"`(\w+)` (.*)", example).groups()
            assert compile_pattern(pattern).format(moment) == written
    assert letters == set("GyYMLwWDdFEuaHkKhmsSzZXxQqecAnNVO")
    with pytest.raises(PatternError):
        compile_pattern("yyyy B")


def test_the_page_of_dates_tells_how_touching_numbers_are_read():
    assert compile_pattern("Hmm").parse("1030") == datetime(1970, 1, 1, 10, 30, tzinfo=UTC)


def test_every_clause_operator_and_function_of_a_query_is_on_its_page():
    text = page("queries.md")
    clauses = {row[0]: row[1] for row in table(text, "Clauses")}
    assert list(clauses) == list(CLAUSES.values())
    for select in marked(clauses["SELECT"]):
        parse_query(f"{select} FROM accounts")
    for clause in set(clauses) - {"SELECT", "FROM"}:
        parse_query(f"SELECT * FROM accounts {marked(clauses[clause])[0]}")
    operators = table(text, "Conditions")
    for row in operators:
        parse_condition(marked(row[1])[0])
    named = {name for row in operators for name in marked(row[0])}
    assert named == {
        *Comparison,
        "contains",
        "not contains",
        "in",
        "not in",
        "is null",
        "is not null",
        "regex",
        "not",
        "!",
    }
    functions = text.split("## Functions\n")[1].split("\n## ")[0]
    assert {name.removesuffix("(*)") for name in marked(functions)} >= set(Function)
