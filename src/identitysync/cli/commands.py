"""The command line as a whole."""

import click

from identitysync.cli import looking, running, service, trying


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="identitysync")
def main() -> None:
    """Move customer identities between systems: run, check and draw dataflows of the IdentitySync service.

    Exit codes: 0 all is well, 1 a job failed, 2 the command line is wrong, 3 a flow is wrong, 4 another system refused
    or could not be reached, 5 a file is not what it should be, 6 this machine's disk, or the store, 7 something is not
    installed, 130 stopped by Ctrl-C.
    """


for _command in (
    running.run, running.replay, running.preview, looking.check, looking.explain, looking.graph, looking.reach,
    looking.scripts, looking.show, looking.templates, trying.demo, trying.emulator, service.service, service.resume,
):  # fmt: skip
    main.add_command(_command)
