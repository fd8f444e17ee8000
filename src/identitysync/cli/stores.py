"""Open the service's store for a command."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from identitysync.errors import InvalidParameter

if TYPE_CHECKING:
    from identitysync.model import JobStatus
    from identitysync.values import Site

_EXAMPLE = '[{"apiKey": "…", "userKey": "…", "secret": "${env:NAME}", "dataCenter": "eu1"}]'


def stored(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the service, as ``kept``, and the options that say where its store is.

    Args:
        command: The command.

    Returns:
        The command with the options ``--store`` and ``--sites``.
    """
    return _opening(command, lambda _: None)


def telling(tell: "Callable[[JobStatus, bool], None]") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Do the same for a command that tells of every job that ends while it works.

    Args:
        tell: Prints a job; is told whether ``--json`` was given, which the command itself is not.

    Returns:
        The decorator.
    """

    def on_job(options: dict[str, Any]) -> "Callable[[JobStatus], object]":
        as_json = bool(options.pop("as_json"))
        return lambda job: tell(job, as_json)

    return lambda command: _opening(command, on_job)


def _opening(
    command: Callable[..., Any], on_job: "Callable[[dict[str, Any]], Callable[[JobStatus], object] | None]"
) -> Callable[..., Any]:
    @click.option("--store", envvar="IDENTITYSYNC_STORE", default="idx.db", show_default=True, help="The store.")
    @click.option("--sites", help="A JSON file of Gigya sites: apiKey, userKey, secret, dataCenter, url.")
    @functools.wraps(command)
    def opening(store: str, sites: str | None, **options: Any) -> Any:
        import os

        from identitysync.service import IdentitySync

        webhook = os.environ.get("IDENTITYSYNC_WEBHOOK") or None
        known = [] if sites is None else _read(sites)
        with IdentitySync(store, sites=known, webhook=webhook, on_job=on_job(options)) as kept:
            return command(kept=kept, **options)

    return opening


def _read(path: str) -> "list[Site]":
    """Read sites; a secret may be a reference such as ``${env:NAME}``."""
    import os

    from identitysync.model import json_file, storage
    from identitysync.values import Site
    from identitysync.world import resolve

    rows = json_file.loads(storage.read(path))
    try:
        return [
            Site(
                row["apiKey"], row["userKey"], resolve(row["secret"], os.environ), row.get("dataCenter", "us1"),
                row.get("url"),
            )
            for row in rows
        ]  # fmt: skip
    except (TypeError, KeyError, AttributeError) as fault:
        raise InvalidParameter(f"{path} is no file of sites: it holds an array such as {_EXAMPLE}") from fault
