"""What the service keeps: ``service dataflow``, ``service draft``, ``service scheduling``."""

from typing import TYPE_CHECKING, Any

import attrs
import click

from identitysync.cli.arguments import JSON, JSON_ANYHOW, SET, load, print_json
from identitysync.cli.faults import told
from identitysync.cli.stores import stored
from identitysync.errors import RedundantOperation
from identitysync.model import Dataflow, Scheduling, json_file, storage

if TYPE_CHECKING:
    from identitysync.service import IdentitySync

_FREQUENCIES = ["once", "minute", "hour", "day", "week", "month"]


@click.group()
def dataflow() -> None:
    """Create, give, set, delete and duplicate dataflows."""


@click.group()
def draft() -> None:
    """Create, give, set and delete drafts, which may be broken and never run."""


@click.group()
def scheduling() -> None:
    """Create, give, set and delete schedulings."""


def _flow_commands(group: click.Group, kind: str) -> None:
    """Give a group the commands for one kind of flow; ``kind`` ends the names of the service's methods."""

    @group.command()
    @click.argument("flow")
    @click.option("--api-key", help="The API key of the Gigya site that it shall run on.")
    @SET
    @JSON
    @told
    @stored
    def create(flow: str, api_key: str | None, values: tuple[str, ...], kept: "IdentitySync", as_json: bool) -> None:
        """Store the flow of a file, and print its id."""
        id = getattr(kept, f"create_{kind}")(load(flow, values), site=api_key)
        _tell_id(id, as_json=as_json)

    @group.command()
    @click.argument("id")
    @click.option("--version", type=click.IntRange(1), help="An earlier version.")
    @JSON_ANYHOW
    @told
    @stored
    def get(id: str, version: int | None, kept: "IdentitySync") -> None:
        """Print a flow as JSON, its secrets masked."""
        found: Dataflow = getattr(kept, f"get_{kind}")(id, version)
        click.echo(found.to_json(), nl=False)

    @group.command("set")
    @click.argument("flow")
    @click.option("--id", help="The flow whose place it takes, if the file does not say it.")
    @SET
    @JSON
    @told
    @stored
    def replace(flow: str, id: str | None, values: tuple[str, ...], kept: "IdentitySync", as_json: bool) -> None:
        """Put the flow of a file in the place of the stored one; masked secrets stay as they are stored."""
        given = load(flow, values)
        given = attrs.evolve(given, id=id) if id else given
        try:
            version = getattr(kept, f"set_{kind}")(given)
        except RedundantOperation:
            version = getattr(kept, f"get_{kind}")(given.id).version
            _tell({"id": given.id, "version": version, "changed": False}, "nothing has changed", as_json=as_json)
            return
        _tell({"id": given.id, "version": version, "changed": True}, f"version {version}", as_json=as_json)

    @group.command()
    @click.argument("id")
    @JSON
    @told
    @stored
    def delete(id: str, kept: "IdentitySync", as_json: bool) -> None:
        """Remove a flow with its versions and schedulings."""
        getattr(kept, f"delete_{kind}")(id)
        _tell({"id": id, "deleted": True}, f"{id} is deleted", as_json=as_json)


_flow_commands(dataflow, "dataflow")
_flow_commands(draft, "dataflow_draft")


@dataflow.command()
@click.argument("id")
@click.option("--name", help="The copy's name.")
@JSON
@told
@stored
def duplicate(id: str, name: str | None, kept: "IdentitySync", as_json: bool) -> None:
    """Store a copy of a dataflow, and print its id."""
    new = kept.duplicate_dataflow(id, name=name)
    _tell_id(new, as_json=as_json)


@scheduling.command("create")
@click.argument("dataflow_id")
@click.option("--name", required=True, help="Its name, which no other scheduling has.")
@click.option(
    "--frequency",
    "frequency_type",
    type=click.Choice(_FREQUENCIES),
    default="once",
    show_default=True,
)
@click.option("--interval", "frequency_interval", type=click.IntRange(1), help="Units between two runs.")
@click.option("--start", "next_job_start_time", help="When it runs first, in UTC; now when it is not given.")
@click.option("--days", "days_of_week", help="With week: such as mon,thu.")
@click.option("--time-zone", default="UTC", show_default=True, help="Whose wall clock days, weeks and months follow.")
@click.option("--missed-slots", type=click.Choice(["once", "skip", "all"]), default="once", show_default=True)
@click.option("--limit", type=click.IntRange(0), help="How many records enter at most.")
@click.option("--full-extract", is_flag=True, help="Read everything each time.")
@click.option("--max-rejects", help="A count or a share such as 1%: with more rejects a job fails.")
@click.option("--log-level", type=click.Choice(["info", "error", "debug"]), default="info", show_default=True)
@click.option("--success-email", "success_email_notification", help="Who hears of a success.")
@click.option("--failure-email", "failure_email_notification", help="Who hears of a failure.")
@click.option("--disabled", is_flag=True, help="Keep it, and do not run it.")
@JSON
@told
@stored
def create_scheduling(
    kept: "IdentitySync", disabled: bool, days_of_week: str | None, as_json: bool, **words: Any
) -> None:
    """Let a stored dataflow run on time, and print the scheduling's id."""
    given = {name: word for name, word in words.items() if word is not None}
    wire = {_wire(name): word for name, word in given.items()}
    wire |= {"enabled": not disabled, "daysOfWeek": days_of_week.split(",") if days_of_week else None}
    id = kept.create_scheduling(Scheduling.from_dict(wire))
    _tell_id(id, as_json=as_json)


@scheduling.command("get")
@click.argument("id")
@JSON_ANYHOW
@told
@stored
def get_scheduling(id: str, kept: "IdentitySync") -> None:
    """Print a scheduling as JSON."""
    print_json(kept.get_scheduling(id).to_dict())


@scheduling.command("set")
@click.argument("file")
@JSON
@told
@stored
def set_scheduling(file: str, kept: "IdentitySync", as_json: bool) -> None:
    """Put the scheduling of a JSON file, which says its id, in the place of the stored one."""
    given = Scheduling.from_dict(json_file.loads(storage.read(file)))
    try:
        kept.set_scheduling(given)
        changed = True
    except RedundantOperation:
        changed = False
    words = f"{given.id} is set" if changed else "nothing has changed"
    _tell({"id": given.id, "changed": changed}, words, as_json=as_json)


@scheduling.command("delete")
@click.argument("id")
@JSON
@told
@stored
def delete_scheduling(id: str, kept: "IdentitySync", as_json: bool) -> None:
    """Remove a scheduling; a job of it that runs goes on."""
    kept.delete_scheduling(id)
    _tell({"id": id, "deleted": True}, f"{id} is deleted", as_json=as_json)


def _wire(name: str) -> str:
    from identitysync.contract.params import wire_name

    return wire_name(name)


def _tell_id(id: str, *, as_json: bool) -> None:
    _tell({"id": id}, id, as_json=as_json)


def _tell(plain: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(plain)
    else:
        click.echo(words)
