"""Pages of templates in Markdown, each with its picture beside it."""

from collections.abc import Mapping

from identitysync.model import Dataflow
from identitysync.templates import left_open


def template_index(templates: Mapping[str, Dataflow]) -> str:
    """Write the page that lists all templates.

    Args:
        templates: The templates by name.

    Returns:
        The page.
    """
    how = (
        "Ready dataflows, to start from. Take one, fill in what it leaves open, and change what you like: the columns\n"
        "above all, which are examples.\n\n"
        "```python\n"
        "import identitysync as idx\n\n"
        'flow = idx.templates()["sftp-out"].fill({"sftp.host": "sftp.example.com", "sftp.username": "idx"})\n'
        "```\n\n"
        "```console\n"
        "$ identitysync templates sftp-out --set sftp.host=sftp.example.com --set sftp.username=idx > flow.json\n"
        "```\n"
    )
    rows = [f"| [{name}]({name}.md) | {flow.description} |" for name, flow in templates.items()]
    tree = ["```{toctree}", ":hidden:", "", *templates, "```"]
    return "\n".join(["# Templates", "", how, "| name | what it does |", "|---|---|", *rows, "", *tree, ""])


def template_page(name: str, flow: Dataflow) -> str:
    """Write the page of one template; its picture is ``NAME.svg`` in the same folder.

    Args:
        name: Its name.
        flow: The template.

    Returns:
        The page.
    """
    missing = "\n".join(f"- `{each}`" for each in left_open(flow)) or "- nothing"
    parts = [
        f"# {name}",
        f"**{flow.name}.** {flow.description}",
        f"![{flow.outline()}]({name}.svg)",
        f"To fill in; what is not required may stay empty:\n\n{missing}",
        f"```json\n{flow.to_json()}\n```",
    ]
    return "\n\n".join(parts) + "\n"
