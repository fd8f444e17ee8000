"""What several commands share: their arguments, and how they print."""

import json
import sys
from typing import Any

import click

from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow, JobState, JobStatus

FLOW = click.argument("flow", type=str)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
JSON_ANYHOW = click.option("--json", is_flag=True, expose_value=False, help="Print JSON, as it does anyhow.")
SET = click.option("--set", "values", multiple=True, metavar="STEP.PARAM=VALUE", help="Fill in a parameter.")
TRACE = click.option("--trace", is_flag=True, help="Print the trace.")


def load(flow: str, values: tuple[str, ...]) -> Dataflow:
    """Read a flow, and fill in what ``--set`` gives."""
    return filled(Dataflow.load(flow), values)


def filled(flow: Dataflow, values: tuple[str, ...]) -> Dataflow:
    """Fill in what ``--set`` gives."""
    given: dict[str, Any] = {}
    for each in values:
        name, equals, text = each.partition("=")
        if not equals:
            raise InvalidParameter(f"--set takes STEP.PARAM=VALUE; found {each!r}")
        given[name] = text
    return flow.fill(given) if given else flow


def report(job: JobStatus, *, trace: bool, as_json: bool) -> None:
    """Print how a job went, and exit with 1 unless it succeeded."""
    if as_json:
        print_json(job.to_dict())
    else:
        if trace:
            click.echo("\n".join(job.trace))
        click.echo(job.summary())
    if job.status is not JobState.SUCCEEDED:
        sys.exit(1)


def print_json(value: Any) -> None:
    """Print for machines."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
