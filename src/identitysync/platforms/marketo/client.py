"""The calls that Marketo's REST API knows, as far as leads are concerned."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.errors import PlatformError, RemoteError
from identitysync.platforms.api import Api
from identitysync.platforms.login import TokenLogin
from identitysync.platforms.marketo.answers import judge, judge_part
from identitysync.platforms.marketo.login import MarketoLogin
from identitysync.platforms.oauth import by_token
from identitysync.platforms.tokens import Token, Tokens
from identitysync.world import HttpClient

PLATFORM: Final = "Marketo"
MOST_LEADS: Final = 300
"""Leads of one call at most."""

_ENQUEUING: Final = "1029"
_FULL: Final = "too many jobs"
_QUEUED: Final = "already queued"


class MarketoClient:
    """Call one instance of Marketo; safe to share between threads."""

    def __init__(self, login: MarketoLogin, http: HttpClient, clock: Clock) -> None:
        """Prepare; nothing is sent yet.

        Args:
            login: The instance and its credentials.
            http: Sends the requests.
            clock: Tells and passes the time.
        """
        self._login = login
        self._identity = Api(PLATFORM, login.root, http, clock, judge=by_token)
        tokens = TokenLogin(Tokens(self._sign_in, clock))
        self._api = Api(PLATFORM, login.root, http, clock, login=tokens, judge=judge)
        self._files = Api(PLATFORM, login.root, http, clock, login=tokens, judge=judge_part)

    def field_types(self) -> dict[str, str]:
        """Tell the data types of the fields of leads, by the names that the REST API gives them."""
        found = self._result("GET", "/rest/v1/leads/describe.json")
        return {each["rest"]["name"]: each["dataType"] for each in found if "rest" in each}

    def sync(self, leads: Sequence[Mapping[str, Any]], lookup_field: str = "email") -> list[dict[str, Any]]:
        """Create leads that are not there, and update those that are.

        Args:
            leads: Leads, each found or not by a value of its own; 300 at most.
            lookup_field: The field that finds them; by ``id`` leads are updated only.

        Returns:
            For each lead, in order, its ``status``: ``created``, ``updated``, or ``skipped`` with ``reasons``.
        """
        action = "updateOnly" if lookup_field == "id" else "createOrUpdate"
        body = {"action": action, "lookupField": lookup_field, "input": leads}
        return self._result("POST", "/rest/v1/leads.json", body)

    def create_export(self, fields: Sequence[str], filters: Mapping[str, Any]) -> str:
        """Define a bulk extract of leads.

        Args:
            fields: The fields, by the names that the REST API gives them.
            filters: One filter, such as ``{"createdAt": {"startAt": …, "endAt": …}}``.

        Returns:
            The id of the job, which does not run yet.
        """
        body = {"fields": list(fields), "format": "CSV", "filter": filters}
        return str(self._result("POST", "/bulk/v1/leads/export/create.json", body)[0]["exportId"])

    def enqueue_export(self, export: str) -> bool:
        """Let a job run when its turn comes.

        Args:
            export: The id of the job.

        Returns:
            Whether the job is in the queue; it is not when the queue is full.
        """
        try:
            self._result("POST", f"/bulk/v1/leads/export/{export}/enqueue.json")
        except PlatformError as fault:
            reason = fault.message.lower() if fault.code == _ENQUEUING else ""
            if _FULL not in reason and _QUEUED not in reason:
                raise
            return _QUEUED in reason  # an earlier try had been done, whose answer was lost
        return True

    def export_status(self, export: str) -> dict[str, Any]:
        """Tell how far a job is: its ``status``, and once that is ``Completed``, ``fileSize`` and ``fileChecksum``.

        Args:
            export: The id of the job.
        """
        return self._result("GET", f"/bulk/v1/leads/export/{export}/status.json")[0]

    def cancel_export(self, export: str) -> None:
        """Take a job back.

        Args:
            export: The id of the job.
        """
        self._result("POST", f"/bulk/v1/leads/export/{export}/cancel.json")

    def export_part(self, export: str, start: int, end: int) -> bytes:
        """Download a part of the file of a job (RFC 7233).

        Args:
            export: The id of the job.
            start: Its first byte.
            end: The byte after its last one.
        """
        headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        return self._files.call("GET", f"/bulk/v1/leads/export/{export}/file.json", headers=headers).body

    def _result(self, method: str, path: str, body: Any = None) -> list[dict[str, Any]]:
        """Call, and give the ``result``; every call here may be made twice."""
        result = self._api.call(method, path, json=body, repeatable=True).json().get("result")
        if not isinstance(result, list):
            raise RemoteError(f"{PLATFORM} answered {path} without a result")
        return result

    def _sign_in(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._login.client_id,
            "client_secret": self._login.client_secret.reveal(),
        }
        told = self._identity.call("POST", "/identity/oauth/token", form=form, repeatable=True).json()
        lifetime = told.get("expires_in")
        return Token(told["access_token"], float(lifetime) if isinstance(lifetime, int | float) else None)
