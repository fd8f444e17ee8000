"""Documentation that is derived: a page for each script, made from its one declaration, and one for each template."""

from identitysync.docgen.markdown import script_index, script_page
from identitysync.docgen.templates import template_index, template_page

__all__ = ["script_index", "script_page", "template_index", "template_page"]
