"""Documentation that is derived: a page for each script, made from its one declaration."""

from identitysync.docgen.markdown import script_index, script_page

__all__ = ["script_index", "script_page"]
