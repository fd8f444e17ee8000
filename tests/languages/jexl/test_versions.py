"""What 3.1 and 2.1.1 answer to the same question: kept, asked anew where Java is, and printed in the docs."""

import copy
import json
from pathlib import Path

import pytest

from identitysync.errors import ExpressionError
from identitysync.languages import jexl
from tests.languages.jexl.oracle import REFUSED, Oracle, alike

KEPT = json.loads((Path(__file__).parent.parent / "jexl_versions.json").read_text(encoding="utf-8"))
PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "jexl.md").read_text(encoding="utf-8")
EXTENSIONS = {"foreach (i in [1, 2]) i"}


@pytest.mark.parametrize("row", KEPT["rows"], ids=lambda row: row[0])
def test_ours_is_the_answer_of_the_newer_version(row):
    text, newer, _ = row
    try:
        got = {"value": jexl.compile(text)(copy.deepcopy(KEPT["record"]))}
    except ExpressionError as fault:
        got = {"error": fault.reason}
    assert alike(newer, got) or text in EXTENSIONS


def test_both_versions_still_answer_so(engine):
    questions = [[text, KEPT["record"]] for text, _, _ in KEPT["rows"]]
    with Oracle("2.1.1") as older:
        for version, answers in ((1, engine.ask(questions)), (2, older.ask(questions))):
            wrong = [row for row, answer in zip(KEPT["rows"], answers, strict=True) if row[version] != answer]
            assert not wrong


def shown(answer):
    if "error" in answer:
        return "refused" if answer["error"] in REFUSED else "fails"
    return f"`{json.dumps(answer['value'])}`"


def test_the_docs_list_every_question_that_the_versions_answer_differently():
    for text, newer, older in KEPT["rows"]:
        code = f"`` {text} ``" if "`" in text else f"`{text}`"
        line = f"| {code} | {shown(newer)} | {shown(older)} |"
        assert (line in PAGE) == (shown(newer) != shown(older)), line
