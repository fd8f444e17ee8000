"""Documentation is run."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def snippets(path):
    return re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL)


PAGES = sorted(
    str(page.relative_to(ROOT / "docs"))
    for page in (ROOT / "docs").rglob("*.md")
    if "```python" in page.read_text("utf-8") and "_build" not in page.parts
)


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_run_one_after_the_other(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "snippets"}
    for snippet in snippets(ROOT / "docs" / page):
        exec(compile(snippet, page, "exec"), namespace)


def test_a_tutorial_prints_what_it_says_and_its_commands_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    page = (ROOT / "docs" / "tutorials" / "first-flow.md").read_text("utf-8")
    namespace, printed, told = {"__name__": "snippets"}, "", 0
    for kind, block in re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL):
        if kind == "text":
            assert printed.strip() == block.strip()
            told += 1
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            if kind == "python":
                exec(compile(block, page, "exec"), namespace)
            else:
                subprocess.run(["sh", "-e", "-c", block], check=True, capture_output=True)
        printed = out.getvalue()
    assert told > 5


def test_the_readmes_flow_is_sound():
    import identitysync as idx

    code = snippets(ROOT / "README.md")[0]
    code = "\n".join(
        line
        for line in code.splitlines()
        if "Dataflow.load" not in line and not line.startswith(("idx.preview", "job", "idx.replay"))
    )
    namespace = {}
    exec(compile(code, "README.md", "exec"), namespace)

    assert [str(fault) for fault in idx.check(namespace["flow"])] == []
    assert namespace["flow"].outline() == "account > rename > remove > dsv > gzip > folder"


@pytest.mark.timeout(180)
def test_the_documentation_builds_without_a_warning_and_has_a_page_for_each_script(tmp_path):
    import identitysync as idx

    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-D",
        "html_theme=basic",  # the theme takes two thirds of the time, and none of its words are ours
        str(ROOT / "docs"),
        str(tmp_path),
    ]
    built = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)

    assert built.returncode == 0, built.stderr
    for type in idx.scripts():
        assert (tmp_path / "reference" / "scripts" / f"{type}.html").exists()
    for name in idx.templates():
        assert "<img" in (tmp_path / "reference" / "templates" / f"{name}.html").read_text("utf-8")


@pytest.mark.timeout(120)
def test_the_notebook_runs(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "examples" / "first_flow.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=90, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()

    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", {})}
    assert "image/svg+xml" in kinds
    assert "text/html" in kinds
