"""An emulator of Constant Contact's V3 API.

It follows the vendor's pages at https://developer.constantcontact.com/api_guide/: ``server_flow.html`` (tokens),
``contacts_overview.html``, ``contacts_create_or_update.html``, ``import_contacts.html``, ``activity_status.html``,
``remove_list_membership.html``, ``rate_limits.html``, ``glossary_responses.html``; where they name no property or
parameter (the reading of collections), the vendor's own Python client (``constant-contact-api-client`` 1.5.0). What
the errors of an activity look like was found nowhere; here they name the address unless ``tells_whose`` is False.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any, ClassVar, Final

from identitysync.testing.constantcontact.contacts import Contacts, fault
from identitysync.testing.http import Emulator, IssuedTokens, Refused, Reply, Request, Routes, reply
from identitysync.testing.http.refusing import Refuse

_DAY: Final = 86_400.0
_LISTS: Final[Mapping[str, str]] = {"9d5a1f0c-6d1e-11ee-8b3f-fa163e5bc304": "1"}
_LARGEST_IMPORT: Final = 40_000
_LARGEST_REMOVAL, _MOST_LISTS = 500, 50
_BYTES: Final = 4 << 20


class ConstantContactEmulator(Emulator):
    """Play Constant Contact: tokens, contacts, lists, custom fields, sign-ups and imports.

    Attributes:
        tokens: The access tokens that were fetched.
        contacts: The contacts of the account.
        list_id: The id of the first list.
    """

    platform: ClassVar[str] = "Constant Contact"

    def __init__(
        self,
        *,
        api_key: str = "",
        client_secret: str = "",
        refresh_token: str = "",
        access_token: str = "",
        lists: Mapping[str, str] = _LISTS,
        custom_fields: Iterable[str] = (),
        token_lifetime: float = _DAY,
        import_polls: int = 0,
        tells_whose: bool = True,
        daily_quota: int | None = None,
        refuse: Refuse = None,
        **options: Any,
    ) -> None:
        """Prepare; nothing is answered before ``start``.

        Args:
            api_key: The application's key, its OAuth 2 client id.
            client_secret: Its secret.
            refresh_token: A long-lived refresh token.
            access_token: A token that never ends.
            lists: The contact lists: their ids, and their numbers in the V2 API.
            custom_fields: The names of the account's custom fields.
            token_lifetime: Seconds that fetched tokens last.
            import_polls: How often an import or a removal is said to go on before it has ended.
            tells_whose: Whether the errors of an import name addresses.
            daily_quota: Calls in a day; None for any number.
            refuse: Addresses that are refused, also by removals.
            options: What all emulators have: ``faults``, ``limit``, ``latency``, ``clock``, ``path``, ``port``.
        """
        super().__init__(**options)
        self._client, self._refresh_token, self._access_token = (api_key, client_secret), refresh_token, access_token
        self.tokens = IssuedTokens(self.clock, token_lifetime)
        self.contacts = Contacts(self.documents, self.clock, dict(lists), list(custom_fields), refuse)
        self.list_id = next(iter(lists), "")
        self._import_polls, self._tells_whose = import_polls, tells_whose
        self._activities: dict[str, tuple[int, dict[str, Any]]] = {}
        self._quota, self._used = daily_quota, 0
        self._routes = Routes(
            {
                "POST /oauth2/default/v1/token": self._token,
                "GET /v3/contacts": self.contacts.page,
                "GET /v3/contacts/{contact}": self.contacts.one,
                "DELETE /v3/contacts/{contact}": self.contacts.delete,
                "POST /v3/contacts/sign_up_form": self.contacts.sign_up,
                "GET /v3/contact_lists": self.contacts.all_lists,
                "GET /v3/contact_lists/list_id_xrefs": self.contacts.xrefs,
                "GET /v3/contact_custom_fields": self.contacts.all_fields,
                "POST /v3/activities/contacts_json_import": self._import,
                "POST /v3/activities/remove_list_memberships": self._remove,
                "GET /v3/activities/{activity}": self._activity,
            },
            unknown=[{"error_key": "not_found", "error_message": "Resource not found."}],
        )

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return f"{self.url}/oauth2/default/v1/token"

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if request.path.startswith("/v3/"):
            shown = request.bearer()
            known = (self._access_token and shown == self._access_token) or self.tokens.opens(shown)
            if not known:
                raise Refused(401, {"error_key": "unauthorized", "error_message": "Unauthorized"})
            self._used += 1
            if self._quota is not None and self._used > self._quota:
                raise Refused(429, {"error_key": "quota_exceeded", "error_message": "Limit Exceeded"})
        return self._routes.answer(request)

    def too_many(self, seconds: float) -> Reply:
        """Give the answer to a call that is not let in; it does not say when the next may be."""
        return reply({"error_key": "throttled", "error_message": "Too Many Requests"}, 429)

    def put(self, list_id: str, contacts: Iterable[dict[str, Any]]) -> None:
        """Put contacts into a list.

        Args:
            list_id: The list.
            contacts: Rows as in imports: ``email``, ``first_name``, ``cf:name`` and so on.
        """
        self.contacts.take([dict(each) for each in contacts], [list_id], "implicit")

    def members(self, list_id: str) -> list[dict[str, Any]]:
        """Give the contacts of a list."""
        return [each for each in self.contacts.every() if list_id in each["list_memberships"]]

    def _token(self, request: Request) -> Any:
        form = request.form()
        pair = base64.b64encode(":".join(self._client).encode()).decode()
        if not self._client[0] or request.headers.get("authorization") != f"Basic {pair}":
            raise Refused(401, {"error": "invalid_client", "error_description": "Invalid client credentials."})
        if form.get("grant_type") != "refresh_token":
            raise Refused(400, {"error": "unsupported_grant_type"})
        if not self._refresh_token or form.get("refresh_token") != self._refresh_token:
            raise Refused(400, {"error": "invalid_grant", "error_description": "The refresh token is invalid."})
        return {
            "token_type": "Bearer", "expires_in": int(self.tokens.lifetime), "access_token": self.tokens.issue(),
            "refresh_token": self._refresh_token, "scope": "contact_data offline_access",
        }  # fmt: skip

    def _import(self, request: Request) -> Any:
        try:
            body = request.json()
            rows, lists = body["import_data"], body["list_ids"]
        except (ValueError, TypeError, KeyError) as raised:
            raise fault("import_data and list_ids are required") from raised
        if len(request.body) > _BYTES or not 1 <= len(rows) <= _LARGEST_IMPORT or not lists:
            raise fault("an import has 1 to 40000 contacts, in 4 MB, and one list at least")
        self.contacts.check_lists(lists)
        self.contacts.check_lengths(rows)
        refused = self.contacts.take(rows, lists, "implicit")
        texts = [f"Error: {email}: {text}" if self._tells_whose else text for email, text, _ in refused]
        counts = {name: sum(kind == name for _, _, kind in refused) for name in _COUNTS}
        return self._begun(texts, {"items_total_count": len(rows), "person_count": len(rows), **counts})

    def _remove(self, request: Request) -> Any:
        try:
            body = request.json()
            ids, lists = body["source"]["contact_ids"], body["list_ids"]
        except (ValueError, TypeError, KeyError) as raised:
            raise fault("source.contact_ids and list_ids are required") from raised
        if not 1 <= len(ids) <= _LARGEST_REMOVAL or not 1 <= len(lists) <= _MOST_LISTS:
            raise fault("a removal has 1 to 500 contacts, and 1 to 50 lists")
        self.contacts.check_lists(lists)
        texts = self.contacts.take_off(ids, lists)
        return self._begun(texts, {"items_total_count": len(ids), "error_count": len(texts)})

    def _begun(self, texts: list[str], status: dict[str, Any]) -> Reply:
        now = f"{self.clock.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        number = f"{len(self._activities):08x}-0000-4000-8000-000000000000"
        activity = {
            "activity_id": number, "created_at": now, "updated_at": now, "percent_done": 100,
            "activity_errors": texts, "status": status, "_links": {"self": {"href": f"/v3/activities/{number}"}},
        }  # fmt: skip
        self._activities[number] = (self._import_polls, activity)
        return reply({**activity, **_BEGUN, "state": "initialized"}, 201)

    def _activity(self, _: Request, number: str) -> Any:
        if number not in self._activities:
            raise Refused(404, [{"error_key": "activities.api.not_found", "error_message": "activity not found"}])
        left, activity = self._activities[number]
        self._activities[number] = (max(0, left - 1), activity)
        return {**activity, **_BEGUN, "state": "processing"} if left else {**activity, "state": "completed"}


_COUNTS: Final = ("error_count", "correctable_count", "cannot_add_to_list_count")
_BEGUN: Final[Mapping[str, Any]] = {"percent_done": 1, "activity_errors": [], "status": {}}
