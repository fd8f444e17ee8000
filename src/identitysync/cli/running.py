"""Run flows: ``run``, ``replay``, ``preview``."""

from typing import Any

import click

from identitysync.cli.arguments import FLOW, JSON, SET, TRACE, load, print_json, report
from identitysync.cli.faults import told


@click.command()
@FLOW
@click.option("--limit", type=click.IntRange(0), help="How many records enter at most.")
@click.option("--full-extract", is_flag=True, default=None, help="Read everything, whatever ran before.")
@click.option("--log-level", type=click.Choice(["info", "error", "debug"]), default="info", show_default=True)
@click.option("--max-rejects", help="A count or a share such as 1%: with more rejects the job fails.")
@click.option("--store", help="The store that remembers the job, and up to when the flow has read.")
@click.option("--dead-letters", type=click.Path(file_okay=False), help="The folder for rejected records.")
@SET
@TRACE
@JSON
@told
def run(flow: str, values: tuple[str, ...], trace: bool, as_json: bool, **options: Any) -> None:
    """Run a flow to its end."""
    from identitysync.runtime import run as run_flow

    report(run_flow(load(flow, values), progress=False if as_json else None, **options), trace=trace, as_json=as_json)


@click.command()
@FLOW
@click.argument("dead_letters", type=click.Path(dir_okay=False))
@SET
@TRACE
@JSON
@told
def replay(flow: str, dead_letters: str, values: tuple[str, ...], trace: bool, as_json: bool) -> None:
    """Send rejected records through again, each from the step that rejected it."""
    from identitysync.runtime import replay as replay_letters

    job = replay_letters(load(flow, values), dead_letters, progress=False if as_json else None)
    report(job, trace=trace, as_json=as_json)


@click.command()
@FLOW
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many records enter.")
@SET
@JSON
@told
def preview(flow: str, limit: int, values: tuple[str, ...], as_json: bool) -> None:
    """Show what every step gives out, for a few records; nothing is written."""
    from identitysync.runtime import preview as preview_flow

    shown = preview_flow(load(flow, values), limit)
    if as_json:
        print_json({
            id: {
                "records": list(step.records),
                "files": [{"name": file.name, "size": file.size, "head": file.text} for file in step.files],
                "rejects": [{"code": each.code, "message": each.message} for each in step.rejects],
            }
            for id, step in shown.items()
        })  # fmt: skip
    else:
        click.echo(repr(shown))
