"""Look at flows and scripts: ``check``, ``explain``, ``graph``, ``reach``, ``scripts``, ``show``, ``templates``."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from identitysync.cli.arguments import FLOW, JSON, SET, filled, load, print_json
from identitysync.cli.faults import told
from identitysync.errors import Diagnostic, InvalidParameter, Severity
from identitysync.model import Dataflow


@click.command()
@click.argument("flows", nargs=-1, required=True)
@JSON
@told
def check(flows: tuple[str, ...], as_json: bool) -> None:
    """Find every fault of flows at once; nothing runs."""
    from identitysync.runtime import check as check_flow

    found = {flow: check_flow(Dataflow.load(flow)) for flow in flows}
    if as_json:
        print_json({flow: [_diagnostic(each) for each in faults] for flow, faults in found.items()})
    for flow, faults in found.items():
        if as_json:
            break
        for each in faults:
            click.echo(str(each))
        errors = sum(each.severity is Severity.ERROR for each in faults)
        others = len(faults) - errors
        click.echo(
            f"{flow}: {errors or 'no'} error{'s' * (errors != 1)}, {others or 'no'} warning{'s' * (others != 1)}"
        )
    if any(each.severity is Severity.ERROR for faults in found.values() for each in faults):
        sys.exit(3)


@click.command()
@FLOW
@click.option(
    "--format", "form", type=click.Choice(["outline", "text", "svg", "mermaid"]), default="outline", show_default=True
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="The file; printed when it is not given.")
@JSON
@told
def graph(flow: str, form: str, output: str | None, as_json: bool) -> None:
    """Draw a flow: in one line, for a terminal, as a picture, or for Mermaid."""
    from identitysync.model import picture

    forms: dict[str, Callable[[Dataflow], str]] = {
        "outline": picture.outline, "text": picture.drawing, "svg": picture.svg, "mermaid": picture.mermaid,
    }  # fmt: skip
    text = forms[form](Dataflow.load(flow))
    if as_json:
        print_json({"flow": flow, "format": form, "graph": text})
    elif output is None:
        click.echo(text)
    else:
        Path(output).write_text(text + "\n", "utf-8")


@click.command()
@FLOW
@SET
@JSON
@told
def explain(flow: str, values: tuple[str, ...], as_json: bool) -> None:
    """Tell how a flow will run: what becomes one function and what does not, what it reads, what can be split."""
    from identitysync.runtime import explain as explain_flow

    found = explain_flow(load(flow, values))
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(str(found))


@click.command()
@FLOW
@JSON
@told
def reach(flow: str, as_json: bool) -> None:
    """Tell which permissions a flow needs, and which hosts and ports it connects to; nothing is opened."""
    import os

    from identitysync.display import table
    from identitysync.registry import discover
    from identitysync.service import reach as reach_of
    from identitysync.values import Site

    found = reach_of(Dataflow.load(flow), discover(), Site.from_environment(os.environ))
    if as_json:
        addresses = [{"host": each.host, "port": each.port, "step": each.step} for each in found.addresses]
        print_json({"permissions": found.permissions, "addresses": addresses, "untold": found.untold})
        return
    click.echo(f"permissions: {', '.join(found.permissions) or 'none'}")
    if found.addresses:
        click.echo(table(("host", "port", "step"), [(each.host, each.port, each.step) for each in found.addresses]))
    for step in found.untold:
        click.echo(f"{step}: its script does not tell where it connects to")


@click.command()
@JSON
@told
def scripts(as_json: bool) -> None:
    """List all scripts that are installed."""
    from identitysync.display import table
    from identitysync.registry import discover

    rows = [(type, each.summary) for type, each in discover().items()]
    if as_json:
        print_json(dict(rows))
    else:
        click.echo(table(("type", "summary"), rows, widest=90))


@click.command()
@click.argument("type")
@JSON
@told
def show(type: str, as_json: bool) -> None:
    """Show what one script does, and its parameters."""
    from identitysync.docgen import script_page
    from identitysync.registry import discover

    registry = discover()
    if type not in registry:
        raise InvalidParameter(f"there is no script {type!r}; {registry.suggest(type)}")
    found = registry[type]
    if as_json:
        params = [{"name": each.wire, "required": each.required, "doc": each.doc} for each in found.params]
        print_json({"type": found.type, "summary": found.summary, "package": found.package, "params": params})
    else:
        click.echo(script_page(found))


@click.command()
@click.argument("name", required=False)
@SET
@JSON
@told
def templates(name: str | None, values: tuple[str, ...], as_json: bool) -> None:
    """List ready flows, or print one, filled in: templates sftp-out --set sftp.host=… > flow.json."""
    from identitysync.display import table
    from identitysync.templates import Templates, find, left_open

    if name is not None:
        flow = filled(find(name), values)
        click.echo(flow.to_json())
        if missing := left_open(flow):
            click.echo(f"left to fill in: {', '.join(missing)}", err=True)
        return
    rows = [(name, flow.description) for name, flow in Templates().items()]
    if as_json:
        print_json(dict(rows))
    else:
        click.echo(table(("name", "what it does"), rows, widest=90))


def _diagnostic(fault: Diagnostic) -> dict[str, str]:
    return {
        "severity": str(fault.severity), "code": fault.code, "path": fault.path, "message": fault.message,
        "hint": fault.hint,
    }  # fmt: skip
