"""The emulator itself: who may call, the commands, and the SFTP server beside them."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Self

from identitysync.errors import FormatError
from identitysync.platforms.xml import Element, read_xml
from identitysync.testing.http import Emulator, IssuedTokens, Limit, Refused, Reply, Request
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.sftp import SftpServer
from identitysync.testing.silverpop.answers import EXPIRED, INVALID, OWN, failed, succeeded
from identitysync.testing.silverpop.contacts import Contacts
from identitysync.testing.silverpop.jobs import Jobs

_LIFETIME: Final = 4 * 3600.0
_COLUMNS: Final = ("First Name", "Last Name", "City", "Country")


class SilverpopEmulator(Emulator):
    """Play an organization in Acoustic Campaign; use it in a ``with`` block, or with ``start`` and ``stop``.

    Tokens follow https://developer.goacoustic.com/acoustic-campaign/reference/oauth-token-creation-in-php, the folders
    of the SFTP server https://help.goacoustic.com/hc/en-us/articles/360042859494-SFTP.

    Attributes:
        client_id: The client id of the application.
        client_secret: Its client secret.
        refresh_token: The refresh token of the user.
        list_id: The id of the database.
        username: The user of the SFTP server.
        password: Its password.
        sftp: The SFTP server, with the folders ``upload`` and ``download``.
        tokens: The tokens that were given out; ``tokens.expire()`` ends them.
        contacts: The contacts: ``all()``, ``count()``, ``find(email)``, ``add([…])``.
        jobs: The jobs: ``seconds``, ``fail_next``.
    """

    platform = "Acoustic Campaign"

    def __init__(
        self,
        client_id: str = "emulated-client",
        client_secret: str = "emulated-client-secret",  # noqa: S107 - a made-up secret of a made-up organization
        refresh_token: str = "emulated-refresh-token",  # noqa: S107 - likewise
        list_id: int | str = 85628,
        username: str = "api@emulated.example",
        password: str = "emulated-password",  # noqa: S107 - likewise
        contacts: Iterable[Mapping[str, str]] = (),
        *,
        columns: Sequence[str] = _COLUMNS,
        refuse: Refuse = None,
        job_seconds: float = 0.0,
        token_lifetime: float = _LIFETIME,
        **options: Any,
    ) -> None:
        """Prepare; nothing is answered before ``start``.

        Args:
            client_id: The client id of the application.
            client_secret: Its client secret.
            refresh_token: The refresh token of the user.
            list_id: The id of the database.
            username: The user of the SFTP server.
            password: Its password.
            contacts: Contacts that are there from the beginning.
            columns: The columns of the database beside ``Email``.
            refuse: E-mail addresses that are bad records: a regular expression, or a function.
            job_seconds: How long a job takes.
            token_lifetime: Seconds that a token opens the API.
            options: Those of every emulator: ``faults``, ``latency``, ``clock``, ``path``, ``port``, and ``limit``, by
                default ten calls at once.
        """
        options.setdefault("limit", Limit(at_once=10))
        super().__init__(**options)
        self.client_id, self.client_secret, self.refresh_token = client_id, client_secret, refresh_token
        self.list_id, self.username, self.password = list_id, username, password
        self.sftp = SftpServer(users={username: password})
        for folder in ("upload", "download"):
            (self.sftp.root / folder).mkdir(exist_ok=True)
        self.tokens = IssuedTokens(self.clock, token_lifetime)
        self._token, self._issued = "", 0.0
        self._lock = threading.Lock()
        self.contacts = Contacts(self.documents, columns, self.clock, refuser(refuse))
        self.contacts.add(contacts)
        self.jobs = Jobs(self.contacts, str(list_id), self.sftp.root, self.clock, job_seconds)
        self._commands: Mapping[str, Callable[[Element], Reply]] = {
            "AddRecipient": self._add,
            "ExportList": self.jobs.export_list,
            "GetJobStatus": self.jobs.status,
            "ImportList": self.jobs.import_list,
            "SelectRecipientData": self._select,
        }

    def start(self) -> Self:
        """Begin to answer, by SFTP, too."""
        self.sftp.start()
        return super().start()

    def stop(self) -> None:
        """Stop to answer, and forget everything that is not in a file."""
        super().stop()
        self.sftp.stop()

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if request.path == "/oauth/token":
            return self._sign_in(request)
        if request.path != "/XMLAPI" or request.verb != "POST":
            raise Refused(404, b"Not Found")
        if not self.tokens.opens(request.bearer()):
            raise failed(EXPIRED, "Session has expired or is invalid")
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            body = read_xml(request.form().get("xml", "").encode() if form else request.body).find("Body")
        except FormatError:
            body = None
        command = body.children[0] if body is not None and body.children else None
        if command is None or command.name not in self._commands:
            raise failed(INVALID, "Invalid XML Request")
        return self._commands[command.name](command)

    def _sign_in(self, request: Request) -> dict[str, Any]:
        """Give a token: the same as before, until three quarters of its time are over."""
        given = request.form()
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            raise Refused(401, {"error": "invalid_client", "error_description": "Bad client credentials"})
        if (given.get("grant_type"), given.get("refresh_token")) != ("refresh_token", self.refresh_token):
            raise Refused(400, {"error": "invalid_grant", "error_description": "Invalid refresh token"})
        with self._lock:
            now, lifetime = self.clock.monotonic(), self.tokens.lifetime
            if not self.tokens.opens(self._token) or now - self._issued > 0.75 * lifetime:
                self._token, self._issued = self.tokens.issue(), now
            left = int(self._issued + lifetime - now)
        return {
            "access_token": self._token,
            "token_type": "bearer",
            "refresh_token": self.refresh_token,
            "expires_in": left,
        }

    def _add(self, asked: Element) -> Reply:
        self._check_list(asked)
        values = {each.value("NAME"): each.value("VALUE") for each in asked.all("COLUMN")}
        named = {self.contacts.column(name): value for name, value in values.items()}
        if None in named:
            raise failed(OWN, "Column does not exist")
        known = {name: value for name, value in named.items() if name}
        if (fault := self.contacts.fault(known)) is not None:
            raise failed(OWN, fault[1])
        if self.contacts.find(known["Email"]) and asked.value("UPDATE_IF_FOUND").lower() != "true":
            raise failed(OWN, "Recipient already exists")
        self.contacts.put(["Email"], known)
        return succeeded(("RecipientId", self.contacts.find(known["Email"])["number"]))  # type: ignore[index]  # just put

    def _select(self, asked: Element) -> Reply:
        self._check_list(asked)
        contact = self.contacts.find(asked.value("EMAIL"))
        if contact is None:
            raise failed(OWN, "Recipient is not a member of the list")
        columns = [
            Element("COLUMN", children=[Element("NAME", name), Element("VALUE", value)])
            for name, value in contact["values"].items()
        ]
        return succeeded(
            ("EMAIL", contact["values"]["Email"]), ("RecipientId", contact["number"]),
            Element("COLUMNS", children=columns),
        )  # fmt: skip

    def _check_list(self, asked: Element) -> None:
        if asked.value("LIST_ID") != str(self.list_id):
            raise failed(OWN, f"List {asked.value('LIST_ID')} does not exist")
