"""Sphinx: the pages of scripts and templates are made from the registry and the templates on every build."""

from pathlib import Path

from identitysync.docgen import script_index, script_page, template_index, template_page
from identitysync.registry import discover
from identitysync.templates import Templates

project = "identitysync"
copyright = "the identitysync authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_title = "identitysync"
exclude_patterns = ["_build"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"


def _write(path: Path, text: str) -> None:
    """Write a page only when it changed, so that Sphinx builds it only then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def _pages() -> None:
    folder = Path(__file__).parent / "reference" / "scripts"
    registry = discover()
    _write(folder / "index.md", script_index(registry))
    for type, each in registry.items():
        _write(folder / f"{type}.md", script_page(each))
    folder = folder.with_name("templates")
    templates = Templates()
    _write(folder / "index.md", template_index(templates))
    for name, flow in templates.items():
        _write(folder / f"{name}.md", template_page(name, flow))
        _write(folder / f"{name}.svg", flow.svg())


_pages()
