"""The service: ``service …`` and ``resume``."""

import json
import logging
from typing import TYPE_CHECKING, Any

import click

from identitysync.cli.arguments import JSON, TRACE, print_json, report
from identitysync.cli.faults import told
from identitysync.cli.stored import dataflow, draft, scheduling
from identitysync.cli.stores import stored, telling

if TYPE_CHECKING:
    from identitysync.model import JobStatus
    from identitysync.service import IdentitySync


@click.group()
def service() -> None:
    """Keep dataflows, run them on time, and tell how they went.

    The store is idx.db in this folder, unless --store or IDENTITYSYNC_STORE name another SQLite file or a
    postgresql:// address. Gigya sites come from --sites or the environment, mails go out by IDENTITYSYNC_SMTP.
    """


def _tell(job: "JobStatus", as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(job.to_dict(), ensure_ascii=False, default=str))  # one line, for who reads along
    else:
        click.echo(f"{job.id} {job.dataflow_name or job.dataflow_id}: {job.status}, {job.status_details}")


service.add_command(dataflow)
service.add_command(draft)
service.add_command(scheduling)


@service.command()
@click.option("--workers", type=click.IntRange(1), default=4, show_default=True, help="Jobs at once.")
@click.option(
    "--poll", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True, help="Seconds between two looks."
)
@click.option(
    "--grace",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    help="Seconds that running jobs get at the end.",
)
@JSON
@told
@telling(_tell)
def serve(kept: "IdentitySync", workers: int, poll: float, grace: float) -> None:
    """Run what is due until SIGTERM or Ctrl-C; several processes may share a store. Prints each job that ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    click.echo("serving; Ctrl-C ends it", err=True)
    kept.serve_forever(workers=workers, poll=poll, grace=grace)


@service.command()
@JSON
@told
@stored
def pending(kept: "IdentitySync", as_json: bool) -> None:
    """Run what is due now, one after the other: for cron. Exits with 1 when a job did not succeed."""
    jobs = kept.run_pending()
    if as_json:
        print_json([job.to_dict() for job in jobs])
    elif not jobs:
        click.echo("nothing is due")
    else:
        click.echo("\n\n".join(job.summary() for job in jobs))
    if any(job.status != "succeeded" for job in jobs):
        raise SystemExit(1)


@service.command()
@click.argument("id", required=False)
@JSON
@told
@stored
def status(id: str | None, kept: "IdentitySync", as_json: bool) -> None:
    """Tell the last successful run, the next one, and what runs now, for all dataflows or one."""
    from identitysync.display import table

    found = [each.to_dict() for each in kept.status(id)]
    if as_json:
        print_json(found)
        return
    names = ("dataflowId", "dataflowName", "lastSuccessfulRun", "nextRun", "running")
    click.echo(table(names, [[_cell(each.get(name, "")) for name in names] for each in found]))


@service.command()
@click.argument("query")
@JSON
@told
@stored
def search(query: str, kept: "IdentitySync", as_json: bool) -> None:
    """Search dataflow, dataflow_draft, dataflow_version, scheduling, idx_job_status or script.

    With --json it prints the envelope of the original's API.
    """
    from identitysync.display import table

    answer = kept.search(query, wire=True)
    rows = answer.get("result", [])
    if as_json:
        print_json(answer)
    elif rows:
        names = list(dict.fromkeys(name for row in rows for name in row))
        click.echo(table(names, [[_cell(row.get(name, "")) for name in names] for row in rows]))
    if not as_json:
        click.echo(f"{answer['resultCount']} of {answer['totalCount']}")


@service.command()
@click.argument("id")
@TRACE
@JSON
@told
@stored
def test(id: str, kept: "IdentitySync", trace: bool, as_json: bool) -> None:
    """Run a stored dataflow now, for ten records; it writes, and moves no watermark."""
    job = kept.run_test(id)
    report(job, trace=trace, as_json=as_json)


@service.command("job")
@click.argument("id")
@TRACE
@JSON
@told
@stored
def show_job(id: str, kept: "IdentitySync", trace: bool, as_json: bool) -> None:
    """Tell how a job went, or how far it has come."""
    job = kept.get_job(id)
    if as_json:
        print_json(job.to_dict())
        return
    if trace:
        click.echo("\n".join(job.trace))
    click.echo(job.summary())


@service.command()
@click.argument("id")
@JSON
@told
@stored
def stop(id: str, kept: "IdentitySync", as_json: bool) -> None:
    """Stop a job, wherever it runs; what was delivered stays."""
    job = kept.stop_job(id)
    if as_json:
        print_json(job.to_dict())
    else:
        click.echo(f"{id} is being stopped" if job.status == "running" else f"{id} is {job.status}")


@click.command()
@click.argument("id")
@TRACE
@JSON
@told
@stored
def resume(id: str, kept: "IdentitySync", trace: bool, as_json: bool) -> None:
    """Make a further attempt of a failed or killed job; files that it delivered are not published again."""
    job = kept.resume_job(id)
    report(job, trace=trace, as_json=as_json)


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) and value and isinstance(value[0], str) else str(value)
