"""``datasource.read.silverpop``: contacts of an Acoustic Campaign (Silverpop) database."""

from collections.abc import Iterator

from identitysync.contract import Example, Note, RecordReader, Rejected, Services, param, script
from identitysync.platforms import PlatformConnection
from identitysync.platforms.silverpop import Export, SilverpopClient, SilverpopLogin, rows
from identitysync.remotes.sftp import SftpLogin, SftpRemote
from identitysync.values import Record
from identitysync.world import WakefulClock


@script(
    "datasource.read.silverpop",
    summary="Read contacts of an Acoustic Campaign (Silverpop) database.",
    examples=(
        Example(
            "some columns of a database",
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
                "columns": "Email, First Name, Last Name",
            },
        ),
    ),
)
class ReadSilverpop(SilverpopLogin, SftpLogin, RecordReader):
    """Export the database (`ExportList`), wait for the job, fetch its CSV file by SFTP, and read that.

    `host`, `username` and `password` are those of the SFTP server, the others those of the API. Columns are named as in
    the database; case and blanks count. All values are text, as in the file.

    Without a full extract only contacts are asked for that were changed since the last successful run. The API knows
    whole days by the organization's clock, so a day more is read at each end (*our choice*): none is missed. The file
    stays in the folder `download`, from where Acoustic removes it.

    The host must be known: by `hostKeyFingerprint`, by `knownHosts`, or by the user's own known_hosts (*our choice*).
    """

    columns: list[str] = param(
        default=[], doc="The columns, separated by commas or as an array; all by default.",
        example="Email, First Name", text=True,
    )  # fmt: skip

    def read(self, services: Services) -> Iterator[Record | Rejected | Note]:
        """Export, fetch and read."""
        run = services.run
        changed = None if run.since is None else (run.since, run.started)
        connection = PlatformConnection(services)
        remote = SftpRemote(self, WakefulClock(services.clock, services.check))
        try:
            client = SilverpopClient(self, connection.http, connection.clock)
            path = services.spool.path()
            Export(client, remote).fetch(path, self.columns, changed, services.check)
        finally:
            remote.close()
            connection.close()
        yield from rows(path)
