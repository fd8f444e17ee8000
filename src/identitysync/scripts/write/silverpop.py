"""``datasource.write.silverpop``: files of contacts into an Acoustic Campaign (Silverpop) database."""

from pathlib import Path
from typing import Self

from identitysync.contract import Example, File, FileWriter, Services, Staged, param, script
from identitysync.platforms import PlatformConnection
from identitysync.platforms.silverpop import Import, SilverpopClient, SilverpopLogin
from identitysync.remotes import safe_name
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.remotes.staged_file import StagedFile
from identitysync.remotes.storage import CheckedSource, Source
from identitysync.scripts.write.spooled import on_disk
from identitysync.world import WakefulClock


@script(
    "datasource.write.silverpop",
    summary="Import files of contacts into an Acoustic Campaign (Silverpop) database.",
    examples=(
        Example(
            "contacts found by their e-mail address",
            {
                "podNumber": 1,
                "clientId": "11111111-2222-3333-4444-555555555555",
                "clientSecret": "${env:ACOUSTIC_CLIENT_SECRET}",
                "refreshToken": "${env:ACOUSTIC_REFRESH_TOKEN}",
                "listId": 85628,
                "host": "transfer-campaign-us-1.goacoustic.com",
                "username": "api@example.com",
                "password": "${env:ACOUSTIC_PASSWORD}",
                "hostKeyFingerprint": "SHA256:uNiVztksCsDhcc0u9e8BrrJUSaDNIQeB4cxMMX3VVCk",
            },
        ),
    ),
)
class WriteSilverpop(SilverpopLogin, SftpLogin, FileWriter):
    """Put each file and its mapping into `upload` by SFTP, import it (`ImportList`), and wait until that is done.

    The files come from `file.format.dsv`: UTF-8 with a header, whose names are the database's columns, parted by
    commas, tabs or pipes. Contacts are added or updated (`ADD_AND_UPDATE`). Nothing is imported before the whole run
    has ended well; what was uploaded is removed afterwards.

    Acoustic judges the rows when they are in. How many it did not take is an error in the trace, with the name of its
    file in `download` that tells them; the first of its lines are in the trace of a run with `logLevel: debug`. An
    import that fails as a whole fails the job.

    `host`, `username` and `password` are those of the SFTP server, the others those of the API. The host must be known:
    by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    columns: list[str] = param(
        default=[],
        doc="The columns that are imported, separated by commas or as an array; all of the file by default.",
        example="EMAIL, First Name",
        text=True,
    )
    sync_fields: list[str] = param(
        default=["EMAIL"], doc="The columns by which contacts are found, where the database has no key.",
        example=["EMAIL"], text=True,
    )  # fmt: skip
    newsletter_field: str = param(
        default="",
        doc="A column that tells who wants mails: contacts with `false`, `no`, `0`, `off` or `unsubscribed` there are "
        "opted out by a second import (*our choice*). Nobody is opted in again.",
        example="Subscribed",
    )

    def open(self, services: Services) -> Self:
        """Prepare the connections; they open with the first file."""
        return _Importing(self, services)  # type: ignore[return-value]  # it writes as this class does

    def write(self, file: File, services: Services) -> None:
        """Import one file at once."""
        importing = _Importing(self, services)
        try:
            importing.write(file, services)
        finally:
            importing.close()


class _Uploads(SftpRemote):
    """The server; whoever uploads to it hears on the way when the run shall stop."""

    def __init__(self, login: SftpLogin, services: Services) -> None:
        super().__init__(login, WakefulClock(services.clock, services.check))
        self._check = services.check

    def stage(self, source: Source, path: str, *, uploading: bool = False) -> StagedFile:
        """Upload a file under a temporary name, as long as the run goes on."""
        heard = CheckedSource(source, self._check) if isinstance(source, Path) else source
        return super().stage(heard, path, uploading=uploading)


class _Importing:
    """The writer at work."""

    def __init__(self, script: WriteSilverpop, services: Services) -> None:
        self._connection = PlatformConnection(services)
        self._remote = _Uploads(script, services)
        client = SilverpopClient(script, self._connection.http, self._connection.clock)
        self._import = Import(
            script, client, self._remote, columns=script.columns, sync_fields=script.sync_fields,
            newsletter_field=script.newsletter_field,
        )  # fmt: skip

    def stage(self, file: File, services: Services) -> Staged:
        """Upload one file without importing it."""
        name = safe_name(file.name).replace("/", "_")
        return self._import.stage(on_disk(file, services), name, services.log, services.spool, services.check)

    def write(self, file: File, services: Services) -> None:
        """Import one file at once."""
        self.stage(file, services).publish()

    def close(self) -> None:
        """Let go of the connections."""
        self._remote.close()
        self._connection.close()
