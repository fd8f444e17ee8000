"""The main job on one machine: a Gigya export and an import, on embedded servers, checked column by column."""

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from identitysync.model import Dataflow, JobState, Step, picture
from identitysync.runtime import run, stream
from identitysync.testing import EmulatedSite, GigyaEmulator, SftpServer, generate_accounts
from identitysync.values import text_of

_LACKING: Final = 500
"""Each how manieth account the second site lacks."""

_REFUSED: Final = r"^person\d*77@"
"""E-mail addresses that the second site refuses."""

_PAIRS: Final = {
    "email": "profile.email",
    "first_name": "profile.firstName",
    "city": "profile.city",
    "subscribed": "data.subscribed",
}
_DSV: Final = {"columnSeparator": ","}
_INCOMING: Final = {"remotePath": "outgoing", "fileNameRegex": r"accounts_.*\.csv\.gz"}
_FILE: Final = "accounts_${now}.csv"
_LINE_BREAKS: Final = "[\\r\\n]"


def export_flow(sftp: dict[str, Any]) -> Dataflow:
    """Build the export: accounts into a compressed file with a marker.

    Args:
        sftp: The parameters of the SFTP server.

    Returns:
        The flow.
    """
    renames = [{"sourceField": source, "targetField": target} for target, source in _PAIRS.items()]
    return Dataflow(
        name="Export from Gigya to SFTP",
        steps=[
            Step("account", "datasource.read.gigya.account", {"select": "UID, profile, data"}, next=["rename"]),
            Step("rename", "field.rename", {"fields": renames}, next=["remove"]),
            Step("remove", "field.remove", {"fields": ["profile", "data"]}, next=["replace"]),
            Step(
                "replace",
                "field.replace",
                {"fields": [{"field": "*", "regex": _LINE_BREAKS, "replacement": " "}]},
                next=["dsv", "marker"],
            ),
            Step("dsv", "file.format.dsv", {**_DSV, "fileName": _FILE, "quoteFields": True}, next=["gzip"]),
            Step("gzip", "file.compress.gzip", next=["sftp"]),
            Step("marker", "file.empty", {"fileName": "accounts.ok"}, next=["sftp"]),
            Step("sftp", "datasource.write.sftp", {**sftp, "remotePath": "outgoing"}),
        ],
    )  # fmt: skip


def import_flow(sftp: dict[str, Any], rejects: Path) -> Dataflow:
    """Build the import: that file into the second site, with a file of rejects.

    Args:
        sftp: The parameters of the SFTP server.
        rejects: The folder for the file of rejects.

    Returns:
        The flow.
    """
    renames = [{"sourceField": source, "targetField": target} for source, target in _PAIRS.items()]
    active = {"field": "data.active", "expression": "data.subscribed eq 'subscribed' ? true : false"}
    return Dataflow(
        name="Import from SFTP to Gigya",
        steps=[
            Step("sftp", "datasource.read.sftp", {**sftp, **_INCOMING}, next=["gunzip"]),
            Step("gunzip", "file.uncompress.gzip", next=["parse"]),
            Step("parse", "file.parse.dsv", _DSV, next=["rename"]),
            Step("rename", "field.rename", {"fields": renames}, next=["evaluate"]),
            Step("evaluate", "field.evaluate", {"language": "jexl", "fields": [active]}, next=["gigya"]),
            Step("gigya", "datasource.write.gigya.account", {"maxConnections": 10}, error=["rejects"]),
            Step("rejects", "file.format.dsv", {"fileName": "rejects.csv", **_DSV}, next=["file"]),
            Step("file", "datasource.write.file", {"url": str(rejects)}),
        ],
    )  # fmt: skip


def run_demo(accounts: int, keep: Path | None = None) -> bool:
    """Run both flows and check what arrived.

    Args:
        accounts: How many accounts the first site has.
        keep: A folder for the pictures and files; None keeps nothing.

    Returns:
        Whether everything arrived as it went out.
    """
    with _folder(keep) as folder, SftpServer(folder / "sftp") as server:
        gigya = GigyaEmulator(api_key="3_first", accounts=generate_accounts(accounts), refuse_email=_REFUSED)
        with gigya:
            second = gigya.add_site("3_second", _older(accounts))
            click.echo(f"a Gigya with two sites answers at {gigya.url}: {accounts:,} and {second.count():,} accounts")
            click.echo(f"an SFTP server answers at {server.host}:{server.port}\n")
            login = {
                "host": server.host, "port": server.port, "username": "demo", "password": "demo-password",
                "hostKeyFingerprint": server.host_key_fingerprint,
            }  # fmt: skip
            flows = export_flow(login), import_flow(login, folder / "rejects")
            sites = gigya.site, second
            well = True
            for flow, site in zip(flows, sites, strict=True):
                click.echo(f"{flow.name}\n\n{picture.drawing(flow, 140)}\n")
                job = run(flow, site=site, dead_letters=folder / "dead-letters", progress=True)
                click.echo(job.summary() + "\n")
                drawn = folder / f"{flow.name.split()[0].lower()}.svg"
                drawn.write_text(picture.svg(flow, job), "utf-8")
                if keep is not None:
                    click.echo(f"its picture is {drawn}\n")
                well &= job.status is JobState.SUCCEEDED
            return well and _check(flows[1], second, folder, accounts)


def _check(flow: Dataflow, second: EmulatedSite, folder: Path, accounts: int) -> bool:
    """Compare what the second site holds with what the file says, as text and column by column."""
    (file,) = (folder / "sftp" / "outgoing").glob("*.csv.gz")
    marker = folder / "sftp" / "outgoing" / "accounts.ok"
    rejected = {row["UID"]: row for row in stream(_rejects(folder), until="parse") if isinstance(row, dict)}
    with gzip.open(file, "rb") as stream_:
        content = stream_.read()
    compared = differing = 0
    for row in stream(flow, until="parse", inputs={"gunzip": [content]}):
        if not isinstance(row, dict) or row["UID"] in rejected:
            continue
        account = second.account(row["UID"]) or {}
        for column, path in _PAIRS.items():
            owner, _, name = path.partition(".")
            compared += 1
            differing += text_of((account.get(owner) or {}).get(name)) != row[column]
        differing += text_of(account["data"]["active"]) != text_of(row["subscribed"] == "subscribed")
    lacking = sum(each["_errorDetails.errorCode"] == "403005" for each in rejected.values())
    expected = accounts - len(range(0, accounts, _LACKING))
    good = differing == 0 and lacking == accounts - expected and marker.stat().st_size == 0
    click.echo(f"{compared:,} values compared with what went out: {differing or 'none'} differ{'s' * (differing == 1)}")
    click.echo(
        f"{len(rejected):,} records rejected: {lacking:,} unknown, {len(rejected) - lacking:,} with refused addresses"
    )
    click.echo("all is as it should be" if good else "something is not as it should be")
    return good


def _rejects(folder: Path) -> Dataflow:
    read = Step("read", "datasource.read.file", {"url": str(folder / "rejects")}, next=["parse"])
    return Dataflow(name="rejects", steps=[read, Step("parse", "file.parse.dsv", _DSV)])


def _older(accounts: int) -> Iterator[dict[str, Any]]:
    """Make the second site's accounts: older copies, some of them missing."""
    for number, account in enumerate(generate_accounts(accounts)):
        if number % _LACKING:
            account["profile"]["firstName"] = "before"
            account["profile"]["city"] = "before"
            account["data"]["subscribed"] = "before"
            yield account


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="identitysync-demo-") as folder:
        yield Path(folder)
