"""The commands."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from identitysync.cli.faults import told
from identitysync.errors import Diagnostic, InvalidParameter, Severity
from identitysync.model import Dataflow, JobState, JobStatus

_FLOW = click.argument("flow", type=str)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="identitysync")
def main() -> None:
    """Move customer identities between systems: run, check and draw dataflows of the IdentitySync service.

    Exit codes: 0 all is well, 1 a job failed, 2 the command line is wrong, 3 a flow is wrong, 4 another system refused
    or could not be reached, 5 a file is not what it should be, 6 this machine's disk, 7 something is not installed,
    130 stopped by Ctrl-C.
    """


@main.command()
@_FLOW
@click.option("--limit", type=click.IntRange(0), help="How many records enter at most.")
@click.option("--full-extract", is_flag=True, default=None, help="Read everything, whatever ran before.")
@click.option("--log-level", type=click.Choice(["info", "error", "debug"]), default="info", show_default=True)
@click.option("--max-rejects", help="A count or a share such as 1%: with more rejects the job fails.")
@click.option("--dead-letters", type=click.Path(file_okay=False), help="The folder for rejected records.")
@click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
@click.option("--trace", is_flag=True, help="Print the trace.")
@_JSON
@told
def run(flow: str, values: tuple[str, ...], trace: bool, as_json: bool, **options: Any) -> None:
    """Run a flow to its end."""
    from identitysync.runtime import run as run_flow

    _report(run_flow(_load(flow, values), progress=False if as_json else None, **options), trace=trace, as_json=as_json)


@main.command()
@_FLOW
@click.argument("dead_letters", type=click.Path(dir_okay=False))
@click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
@click.option("--trace", is_flag=True, help="Print the trace.")
@_JSON
@told
def replay(flow: str, dead_letters: str, values: tuple[str, ...], trace: bool, as_json: bool) -> None:
    """Send rejected records through again, each from the step that rejected it."""
    from identitysync.runtime import replay as replay_letters

    job = replay_letters(_load(flow, values), dead_letters, progress=False if as_json else None)
    _report(job, trace=trace, as_json=as_json)


@main.command()
@click.argument("flows", nargs=-1, required=True)
@_JSON
@told
def check(flows: tuple[str, ...], as_json: bool) -> None:
    """Find every fault of flows at once; nothing runs."""
    from identitysync.runtime import check as check_flow

    found = {flow: check_flow(Dataflow.load(flow)) for flow in flows}
    if as_json:
        _print_json({flow: [_diagnostic(each) for each in faults] for flow, faults in found.items()})
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


@main.command()
@_FLOW
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many records enter.")
@click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
@_JSON
@told
def preview(flow: str, limit: int, values: tuple[str, ...], as_json: bool) -> None:
    """Show what every step gives out, for a few records; nothing is written."""
    from identitysync.runtime import preview as preview_flow

    shown = preview_flow(_load(flow, values), limit)
    if as_json:
        _print_json({
            id: {
                "records": list(step.records),
                "files": [{"name": file.name, "size": file.size, "head": file.text} for file in step.files],
                "rejects": [{"code": each.code, "message": each.message} for each in step.rejects],
            }
            for id, step in shown.items()
        })  # fmt: skip
    else:
        click.echo(repr(shown))


@main.command()
@_FLOW
@click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
@_JSON
@told
def explain(flow: str, values: tuple[str, ...], as_json: bool) -> None:
    """Tell how a flow will run: what becomes one function and what does not, what it reads, what can be split."""
    from identitysync.runtime import explain as explain_flow

    found = explain_flow(_load(flow, values))
    if as_json:
        _print_json(found.to_dict())
    else:
        click.echo(str(found))


@main.command()
@_FLOW
@click.option(
    "--format", "form", type=click.Choice(["outline", "text", "svg", "mermaid"]), default="outline", show_default=True
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="The file; printed when it is not given.")
@told
def graph(flow: str, form: str, output: str | None) -> None:
    """Draw a flow: in one line, for a terminal, as a picture, or for Mermaid."""
    from identitysync.model import picture

    forms: dict[str, Callable[[Dataflow], str]] = {
        "outline": picture.outline, "text": picture.drawing, "svg": picture.svg, "mermaid": picture.mermaid,
    }  # fmt: skip
    text = forms[form](Dataflow.load(flow))
    if output is None:
        click.echo(text)
    else:
        Path(output).write_text(text + "\n", "utf-8")


@main.command()
@_JSON
@told
def scripts(as_json: bool) -> None:
    """List all scripts that are installed."""
    from identitysync.display import table
    from identitysync.registry import discover

    rows = [(type, each.summary) for type, each in discover().items()]
    if as_json:
        _print_json(dict(rows))
    else:
        click.echo(table(("type", "summary"), rows, widest=90))


@main.command()
@click.argument("type")
@_JSON
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
        _print_json({"type": found.type, "summary": found.summary, "package": found.package, "params": params})
    else:
        click.echo(script_page(found))


@main.command()
@click.argument("name", required=False)
@click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
@_JSON
@told
def templates(name: str | None, values: tuple[str, ...], as_json: bool) -> None:
    """List ready flows, or print one, filled in: templates sftp-out --set sftp.host=… > flow.json."""
    from identitysync.display import table
    from identitysync.templates import Templates, find, left_open

    if name is not None:
        flow = _filled(find(name), values)
        click.echo(flow.to_json())
        if missing := left_open(flow):
            click.echo(f"left to fill in: {', '.join(missing)}", err=True)
        return
    rows = [(name, flow.description) for name, flow in Templates().items()]
    if as_json:
        _print_json(dict(rows))
    else:
        click.echo(table(("name", "what it does"), rows, widest=90))


@main.command()
@click.option("--accounts", type=click.IntRange(1), default=10_000, show_default=True, help="How many accounts.")
@click.option("--keep", type=click.Path(file_okay=False), help="A folder that keeps files and pictures.")
@told
def demo(accounts: int, keep: str | None) -> None:
    """Run the main job on this machine: an export and an import, with an embedded Gigya and an SFTP server."""
    from identitysync.cli.demo import run_demo

    sys.exit(0 if run_demo(accounts, None if keep is None else Path(keep)) else 1)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; any free one when it is not given.")
@click.option("--api-key", default="3_emulated", show_default=True)
@click.option("--user-key", default="AKemulated", show_default=True)
@click.option(
    "--accounts", type=click.IntRange(0), default=100, show_default=True, help="How many accounts are made up."
)
@told
def emulator(port: int, api_key: str, user_key: str, accounts: int) -> None:
    """Play Gigya on this machine until Ctrl-C."""
    import threading

    from identitysync.testing import GigyaEmulator, generate_accounts

    with GigyaEmulator(api_key, user_key, accounts=generate_accounts(accounts), port=port) as gigya:
        click.echo(f"a Gigya site with {accounts} accounts answers at {gigya.url}; for scripts:")
        click.echo(f"  export GIGYA_URL={gigya.url} GIGYA_API_KEY={api_key} GIGYA_USER_KEY={user_key}")
        click.echo(f"  export GIGYA_SECRET={gigya.site.secret.reveal()}")
        click.echo("Ctrl-C ends it", err=True)
        threading.Event().wait()


def _load(flow: str, values: tuple[str, ...]) -> Dataflow:
    return _filled(Dataflow.load(flow), values)


def _filled(flow: Dataflow, values: tuple[str, ...]) -> Dataflow:
    given: dict[str, Any] = {}
    for each in values:
        name, equals, text = each.partition("=")
        if not equals:
            raise InvalidParameter(f"--set takes STEP.PARAM=VALUE; found {each!r}")
        given[name] = text
    return flow.fill(given) if given else flow


def _report(job: JobStatus, *, trace: bool, as_json: bool) -> None:
    if as_json:
        _print_json(job.to_dict())
    else:
        if trace:
            click.echo("\n".join(job.trace))
        click.echo(job.summary())
    if job.status is not JobState.SUCCEEDED:
        sys.exit(1)


def _diagnostic(fault: Diagnostic) -> dict[str, str]:
    return {
        "severity": str(fault.severity), "code": fault.code, "path": fault.path, "message": fault.message,
        "hint": fault.hint,
    }  # fmt: skip


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
