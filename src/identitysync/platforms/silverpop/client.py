"""The calls that Acoustic Campaign's XML API knows, as far as databases are imported and exported."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from identitysync.contract import Clock
from identitysync.errors import FormatError, RemoteError, RemoteUnavailable
from identitysync.platforms.api import Api
from identitysync.platforms.login import TokenLogin
from identitysync.platforms.meaning import Kind, Refusal, beginning, by_status
from identitysync.platforms.oauth import by_token
from identitysync.platforms.silverpop.login import SilverpopLogin
from identitysync.platforms.tokens import Token, Tokens
from identitysync.platforms.waiting import moments
from identitysync.platforms.xml import Element, read_xml, tree, written_xml
from identitysync.world import HttpClient, HttpResponse, WakefulClock

PLATFORM: Final = "Acoustic Campaign"
_EXPIRED: Final = "145"
"""The error id of a session that is over."""

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_PATIENCE: Final = 12 * 3600.0


@attrs.frozen
class Job:
    """A job that has ended.

    Attributes:
        id: Its id.
        description: What it was about.
        parameters: What is told of it, such as ``TOTAL_VALID`` and ``ERROR_FILE_NAME``.
    """

    id: str
    description: str
    parameters: Mapping[str, str]

    def count(self, name: str) -> int:
        """Give a number that is told of it; 0 where it is not."""
        text = self.parameters.get(name, "")
        return int(text) if text.isdecimal() else 0


class SilverpopClient:
    """Call one organization; safe to share between threads."""

    def __init__(self, login: SilverpopLogin, http: HttpClient, clock: Clock) -> None:
        """Prepare; nothing is sent yet.

        Args:
            login: The organization and its credentials.
            http: Sends the requests.
            clock: Tells and passes the time.
        """
        self._login, self._clock = login, clock
        self._tokens = Api(PLATFORM, login.root, http, clock, judge=by_token)
        self._api = Api(PLATFORM, login.root, http, clock, login=TokenLogin(Tokens(self._sign_in, clock)), judge=judge)

    def export_list(self, columns: Sequence[str], changed: tuple[date, date] | None = None) -> tuple[str, str]:
        """Begin an export of the database.

        Args:
            columns: The columns; all when there is none.
            changed: The first and the last day on which contacts were changed; None for all contacts.

        Returns:
            The id of the job, and the path of the file that it will make.
        """
        parts: list[Element | tuple[str, object]] = [
            ("LIST_ID", self._login.list_id),
            ("EXPORT_TYPE", "ALL"),
            ("EXPORT_FORMAT", "CSV"),
            ("FILE_ENCODING", "UTF-8"),
        ]
        if changed is not None:
            parts += [(name, f"{day:%m/%d/%Y}") for name, day in zip(("DATE_START", "DATE_END"), changed, strict=True)]
        if columns:
            parts.append(tree("EXPORT_COLUMNS", *(("COLUMN", column) for column in columns)))
        result = self.call(tree("ExportList", *parts))
        return _told(result, "JOB_ID"), _told(result, "FILE_PATH")

    def import_list(self, map_file: str, source_file: str) -> str:
        """Begin an import.

        Args:
            map_file: The name of the mapping file in ``upload``.
            source_file: The name of the file with the contacts there.

        Returns:
            The id of the job.
        """
        call = tree(
            "ImportList", ("MAP_FILE", map_file), ("SOURCE_FILE", source_file), ("FILE_ENCODING", "UTF-8")
        )  # fmt: skip
        return _told(self.call(call), "JOB_ID")

    def ended(self, job: str, check: Callable[[], object] = lambda: None) -> Job:
        """Wait until a job has ended, asking with growing pauses.

        Args:
            job: The id of the job.
            check: Is called now and then meanwhile, and may raise.

        Returns:
            The job, which is complete.

        Raises:
            RemoteError: It has failed, or was cancelled.
            RemoteUnavailable: It does not end.
        """
        clock = WakefulClock(self._clock, check)
        for _ in moments(clock, _PATIENCE, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE):
            check()
            result = self.call(tree("GetJobStatus", ("JOB_ID", job)))
            state = _told(result, "JOB_STATUS").upper()
            if state not in {"WAITING", "RUNNING"}:
                pairs = ((each.value("NAME"), each.value("VALUE")) for each in result.all("PARAMETERS/PARAMETER"))
                done = Job(job, result.value("JOB_DESCRIPTION"), {name: value for name, value in pairs if name})
                if state == "COMPLETE":
                    return done
                raise RemoteError(f"{PLATFORM}: the job {job} ({done.description}) ended as {state}")
        raise RemoteUnavailable(f"{PLATFORM}: the job {job} has not ended within {_PATIENCE / 3600:g} hours")

    def call(self, command: Element) -> Element:
        """Call the API; every command here may be given twice.

        Args:
            command: The command.

        Returns:
            The ``RESULT``.

        Raises:
            PlatformError: The command is refused.
        """
        body = f'<?xml version="1.0" encoding="UTF-8"?>{written_xml(tree("Envelope", tree("Body", command)))}'
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        answer = self._api.call("POST", "/XMLAPI", body=body.encode(), headers=headers, repeatable=True)
        found = read_xml(answer.body).find("Body/RESULT")
        return found if found is not None else Element("RESULT")

    def _sign_in(self) -> Token:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._login.client_id,
            "client_secret": self._login.client_secret.reveal(),
            "refresh_token": self._login.refresh_token.reveal(),
        }
        told = self._tokens.call("POST", "/oauth/token", form=form, repeatable=True).json()
        lifetime = told.get("expires_in")
        return Token(told["access_token"], float(lifetime) if isinstance(lifetime, int | float) else None)


def judge(answer: HttpResponse) -> Refusal | None:
    """Judge an answer of the XML API, whose faults stand inside an HTTP 200.

    Args:
        answer: The answer.

    Returns:
        None when its ``SUCCESS`` is true. What is no XML is ``passing``.
    """
    refusal = by_status(answer)
    if refusal is not None:
        return refusal
    try:
        body = read_xml(answer.body).find("Body")
    except FormatError as fault:
        return Refusal(Kind.PASSING, f"{fault.reason}: {beginning(answer)}")
    if body is None or body.find("RESULT") is None:
        return Refusal(Kind.PASSING, f"an answer that is not what the API gives: {beginning(answer)}")
    if body.value("RESULT/SUCCESS").lower() in {"true", "success"}:
        return None
    code = body.value("Fault/detail/error/errorid")
    message = body.value("Fault/FaultString") or "no reason is given"
    return Refusal(Kind.EXPIRED if code == _EXPIRED else Kind.FINAL, message, code or "no-code")


def _told(result: Element, name: str) -> str:
    value = result.value(name)
    if not value:
        raise RemoteError(f"{PLATFORM} answered without {name}")
    return value
