"""Try things without the other ends: ``demo``, ``emulator``."""

import sys
from pathlib import Path

import click

from identitysync.cli.arguments import JSON, print_json
from identitysync.cli.emulators import PLAYED, playing
from identitysync.cli.faults import told


@click.command()
@click.option("--accounts", type=click.IntRange(1), default=10_000, show_default=True, help="How many accounts.")
@click.option("--keep", type=click.Path(file_okay=False), help="A folder that keeps files and pictures.")
@told
def demo(accounts: int, keep: str | None) -> None:
    """Run the main job on this machine: an export and an import, with an embedded Gigya and an SFTP server."""
    from identitysync.cli.demo import run_demo

    sys.exit(0 if run_demo(accounts, None if keep is None else Path(keep)) else 1)


@click.command()
@click.argument("name", type=click.Choice(["gigya", *PLAYED]), default="gigya")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; any free one when it is not given.")
@click.option("--api-key", default="3_emulated", show_default=True, help="For gigya.")
@click.option("--user-key", default="AKemulated", show_default=True, help="For gigya.")
@click.option(
    "--accounts", type=click.IntRange(0), default=100, show_default=True, help="For gigya: how many are made up."
)
@JSON
@told
def emulator(name: str, port: int, api_key: str, user_key: str, accounts: int, as_json: bool) -> None:
    """Play Gigya, or another platform, on this machine until Ctrl-C."""
    if name == "gigya":
        _play_gigya(port, api_key, user_key, accounts, as_json)
        return
    with playing(name, port) as params:
        if as_json:
            print_json(params)
        else:
            click.echo(f"{PLAYED[name].emulator} answers at {params['url']}; for the parameters of steps:")
            for each, text in params.items():
                click.echo(f"  {each}: {text}")
        _wait()


def _play_gigya(port: int, api_key: str, user_key: str, accounts: int, as_json: bool) -> None:
    from identitysync.testing import GigyaEmulator, generate_accounts

    with GigyaEmulator(api_key, user_key, accounts=generate_accounts(accounts), port=port) as gigya:
        secret = gigya.site.secret.reveal()
        if as_json:
            print_json({"url": gigya.url, "apiKey": api_key, "userKey": user_key, "secret": secret})
        else:
            click.echo(f"a Gigya site with {accounts} accounts answers at {gigya.url}; for scripts:")
            click.echo(f"  export GIGYA_URL={gigya.url} GIGYA_API_KEY={api_key} GIGYA_USER_KEY={user_key}")
            click.echo(f"  export GIGYA_SECRET={secret}")
        _wait()


def _wait() -> None:
    import threading

    click.echo("Ctrl-C ends it", err=True)
    threading.Event().wait()
