"""The emulator itself: who may come in, and which part answers.

The logins follow "login()" of the SOAP API Developer Guide, and "OAuth 2.0 Client Credentials Flow for Server-to-Server
Integration" of Salesforce's help; the texts of the latter's errors are such as people quote. The REST API, of which
there is as much as other clients ask for, follows "Query", "SObject Rows" and "SObject Rows by External ID" of the REST
API Developer Guide.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import FormatError
from identitysync.platforms.xml import read_xml
from identitysync.testing.http import Emulator, HttpFaults, IssuedTokens, Limit, Refused, Reply, Request, Routes, reply
from identitysync.testing.http.refusing import Refuse, refuser
from identitysync.testing.salesforce.bulk import Bulk, refused
from identitysync.testing.salesforce.org import Org, RowError
from identitysync.testing.salesforce.soql import answered

_SOAP: Final = re.compile(r"/services/Soap/u/(\d+(?:\.\d+)?)/?")
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"'
    ' xmlns="urn:partner.soap.sforce.com"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)
_DATA: Final = "/services/data/v{version}"


class SalesforceEmulator(Emulator):
    """Play one organization of Salesforce on this machine.

    Attributes:
        org: The objects.
        bulk: The jobs; ``bulk.interrupt_after = n`` lets jobs fail after so many rows.
        sessions: The sessions; ``sessions.expire()`` ends them all.
        password_expired: Whether the user must set another password before anything else.
    """

    platform = "Salesforce"

    def __init__(
        self,
        username: str = "sync@example.com",
        password: str = "password-of-the-emulator",  # noqa: S107 - a made-up secret of a made-up user
        token: str = "TokenOfTheEmulator",  # noqa: S107 - a made-up secret of a made-up user
        *,
        client_id: str = "key-of-the-emulator",
        client_secret: str = "secret-of-the-emulator",  # noqa: S107 - a made-up secret of a made-up application
        fields: Mapping[str, Collection[str]] | None = None,
        refuse: Refuse = None,
        lifetime: float = 7200.0,
        processing: float = 0.0,
        max_upload: int = 100_000_000,
        max_page: int = 50_000,
        faults: HttpFaults | None = None,
        limit: Limit | None = None,
        latency: float = 0.0,
        clock: Clock | None = None,
        path: str | Path | None = None,
        port: int = 0,
    ) -> None:
        """Make an empty organization; nothing is answered before ``start``.

        Args:
            username: The name of its one user.
            password: The user's password.
            token: The user's security token.
            client_id: The consumer key of the one application that may sign in as this user.
            client_secret: The application's consumer secret.
            fields: The fields of a type of objects; a type that is not named here takes any but dotted ones.
            refuse: E-mail addresses that are refused: a regular expression, or a function.
            lifetime: Seconds that a session lasts.
            processing: Seconds that a job takes once it is closed.
            max_upload: Bytes of one upload.
            max_page: Records of one page of results.
            faults: What shall go wrong; None for nothing so far.
            limit: How many calls are let in; all by default.
            latency: Seconds that every answer takes at least.
            clock: Tells and passes the time.
            path: A SQLite file for the objects; None keeps them in memory.
            port: The port; 0 for any that is free.
        """
        super().__init__(faults=faults, limit=limit, latency=latency, clock=clock, path=path, port=port)
        self.username, self._secrets = username, (username, password + token)
        self._application = (client_id, client_secret)
        self.password_expired = False
        self.sessions = IssuedTokens(self.clock, lifetime)
        self.org = Org(self.documents, self.clock, fields=fields or {}, refuses=refuser(refuse))
        self.bulk = Bulk(self.org, self.clock, processing=processing, max_upload=max_upload, max_page=max_page)
        self._routes = Routes(
            {
                f"POST {_DATA}/jobs/{{kind}}": self.bulk.create,
                f"GET {_DATA}/jobs/{{kind}}/{{job}}": self.bulk.info,
                f"PATCH {_DATA}/jobs/{{kind}}/{{job}}": self.bulk.change,
                f"DELETE {_DATA}/jobs/{{kind}}/{{job}}": self.bulk.delete,
                f"PUT {_DATA}/jobs/ingest/{{job}}/batches": self.bulk.upload,
                f"GET {_DATA}/jobs/ingest/{{job}}/{{which}}": self.bulk.results,
                f"GET {_DATA}/jobs/query/{{job}}/results": self.bulk.page,
                f"GET {_DATA}/query": self._query,
                f"POST {_DATA}/sobjects/{{type}}": self._insert,
                f"GET {_DATA}/sobjects/{{type}}/{{id}}": self._row,
                f"GET {_DATA}/sobjects/{{type}}/{{field}}/{{value}}": self._row_by,
                f"PATCH {_DATA}/sobjects/{{type}}/{{field}}/{{value}}": self._upsert,
            },
            unknown=[{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}],
        )

    @property
    def auth_endpoint(self) -> str:
        """Where the user signs in."""
        return f"{self.url}/services/Soap/u/64.0"

    def add(self, object_type: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Create objects.

        Args:
            object_type: Their type.
            records: Their fields.
        """
        for record in records:
            self.org.put(object_type, record)

    def records(self, object_type: str) -> list[dict[str, Any]]:
        """Give all objects of a type, in the order in which they came."""
        return list(self.org.records(object_type))

    def too_many(self, seconds: float) -> Reply:
        """Answer as Salesforce does when an organization has too many calls."""
        text = "TotalRequests Limit exceeded."
        return refused(403, "REQUEST_LIMIT_EXCEEDED", text).reply

    def answer(self, request: Request) -> Any:
        """Answer a request: a login, or what a session may ask for."""
        if soap := _SOAP.fullmatch(request.path):
            return self._log_in(request, float(soap[1]))
        if request.verb == "POST" and request.path == "/services/oauth2/token":
            return self._sign_in(request)
        if not self.sessions.opens(request.bearer()):
            raise refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
        try:
            return self._routes.answer(attrs.evolve(request, path=request.path.rstrip("/")))
        except RowError as fault:
            body = {"errorCode": fault.code, "message": fault.message, "fields": list(fault.fields)}
            raise Refused(400, [body]) from None

    def _log_in(self, request: Request, version: float) -> Reply:
        if not 31 <= version <= 64:
            return _fault("UNSUPPORTED_API_VERSION", f"the version {version} does not offer login()")
        try:
            root = read_xml(request.body)
        except FormatError:
            return _fault("soapenv:Client", "the request is no XML")
        given = {element.name.rpartition(":")[2]: element.text for element in root.walk()}
        if (given.get("username"), given.get("password")) != self._secrets:
            return _fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
        session = self.sessions.issue()
        server = f"{self.url}/services/Soap/u/{version}/00D000000000001"
        told = {
            "passwordExpired": str(self.password_expired).lower(), "sandbox": "false", "serverUrl": server,
            "sessionId": session, "userId": "005000000000001AAA",
        }  # fmt: skip
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
        seconds = f"<userInfo><sessionSecondsValid>{self.sessions.lifetime:.0f}</sessionSecondsValid></userInfo>"
        return _soap(200, f"<loginResponse><result>{inner}{seconds}</result></loginResponse>")

    def _sign_in(self, request: Request) -> dict[str, str]:
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            raise _not_signed_in("unsupported_grant_type", "grant type not supported")
        name, secret = request.basic()
        given = (form.get("client_id") or name, form.get("client_secret") or secret)
        if given[0] != self._application[0]:
            raise _not_signed_in("invalid_client_id", "client identifier invalid")
        if given != self._application:
            raise _not_signed_in("invalid_client", "invalid client credentials")
        return {
            "access_token": self.sessions.issue(), "instance_url": self.url, "token_type": "Bearer", "scope": "api",
            "id": f"{self.url}/id/00D000000000001AAA/005000000000001AAA", "signature": "",
            "issued_at": f"{self.clock.now().timestamp() * 1000:.0f}",
        }  # fmt: skip

    def _query(self, request: Request, version: str) -> Any:
        columns, rows = answered(self.org, request.query.get("q", ""))
        table = re.search(r"\bFROM\s+(\w+)", request.query["q"], re.IGNORECASE)
        kind = {"attributes": {"type": table[1] if table else ""}}
        records = [{**kind, **{name: text or None for name, text in zip(columns, row, strict=True)}} for row in rows]
        return {"totalSize": len(records), "done": True, "records": records}

    def _insert(self, request: Request, version: str, object_type: str) -> Reply:
        return _made(self.org.put(object_type, request.json()), created=True)

    def _row(self, request: Request, version: str, object_type: str, id: str) -> Any:
        return self._row_by(request, version, object_type, "Id", id)

    def _row_by(self, request: Request, version: str, object_type: str, field: str, value: str) -> Any:
        found = self.org.find(object_type, field, value)
        if found is None:
            raise refused(404, "NOT_FOUND", "The requested resource does not exist")
        return {"attributes": {"type": object_type}, **found}

    def _upsert(self, request: Request, version: str, object_type: str, field: str, value: str) -> Reply:
        id, created = self.org.upsert(object_type, field, {**request.json(), field: value})
        return _made(id, created=created)


def _not_signed_in(error: str, text: str) -> Refused:
    return Refused(400, {"error": error, "error_description": text})


def _made(id: str, *, created: bool) -> Reply:
    return reply({"id": id, "success": True, "errors": [], "created": created}, 201 if created else 200)


def _soap(status: int, body: str) -> Reply:
    return Reply(_ENVELOPE.format(body).encode(), status, "text/xml; charset=utf-8")


def _fault(code: str, text: str) -> Reply:
    message = escape(f"{code}: {text}")
    return _soap(
        500,
        f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{message}</faultstring><detail><sf:LoginFault>"
        f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{escape(text)}</sf:exceptionMessage>"
        "</sf:LoginFault></detail></soapenv:Fault>",
    )
