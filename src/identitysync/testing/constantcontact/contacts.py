"""The contacts of the account, its lists and its custom fields."""

import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from identitysync.contract import Clock
from identitysync.testing.http import Documents, Refused, Request, reply
from identitysync.testing.http.refusing import Refuse, refuser

_KIND: Final = "contact"
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLAIN: Final = (
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "birthday_month",
    "birthday_day",
    "anniversary",
)
_PARTS: Final = frozenset(
    {"custom_fields", "list_memberships", "phone_numbers", "street_addresses", "taggings", "notes"}
)
_STREET: Final = {"street": "street", "city": "city", "state": "state", "zip": "postal_code", "country": "country"}
_LARGEST_PAGE: Final = 500
_SHORT: Final = ("email", "first_name", "last_name", "job_title", "company_name")
_LONGEST: Final = 50


def fault(text: str, key: str = "contacts.api.validation.error") -> Refused:
    """Make the refusal of a call that is wrong."""
    return Refused(400, [{"error_key": key, "error_message": text}])


class Contacts:
    """Keep contacts, told apart by their addresses."""

    def __init__(
        self, documents: Documents, clock: Clock, lists: dict[str, str], fields: list[str], refuse: Refuse
    ) -> None:
        """Begin.

        Args:
            documents: What keeps them.
            clock: Tells when a contact changes.
            lists: The lists' ids, and their numbers in the V2 API.
            fields: The names of custom fields.
            refuse: Addresses that are refused.
        """
        self._documents, self._clock, self._lists = documents, clock, lists
        self._fields = {name: str(uuid.uuid5(uuid.NAMESPACE_OID, name)) for name in fields}
        self._refuses = refuser(refuse)

    def every(self) -> Iterator[dict[str, Any]]:
        """Give all contacts, in the order in which they came."""
        return (each for _, each in self._documents.documents(self._documents.numbers(_KIND)))

    def unsubscribe(self, address: str) -> None:
        """Let a contact unsubscribe from everything."""
        contact = self._documents.get(_KIND, address.lower())
        if contact is not None:
            contact["email_address"]["permission_to_send"] = "unsubscribed"
            contact |= {"list_memberships": [], "updated_at": self._now()}
            self._documents.add(_KIND, [(address.lower(), contact)])

    def take(self, rows: Sequence[dict[str, Any]], lists: list[str], permission: str) -> list[tuple[str, str, str]]:
        """Take rows of an import.

        Args:
            rows: The rows.
            lists: The lists that they come into.
            permission: What new contacts have agreed to.

        Returns:
            The address, the text and the count of each that is refused.
        """
        refused: list[tuple[str, str, str]] = []
        made: dict[str, dict[str, Any]] = {}
        with self._documents.locked():
            for row in rows:
                address = str(row.get("email") or "").lower()
                unknown = [name[3:] for name in row if name.startswith("cf:") and name[3:] not in self._fields]
                before = made.get(address) or self._documents.get(_KIND, address)
                if not _ADDRESS.fullmatch(address):
                    refused.append((address, "Invalid email address format", "correctable_count"))
                elif self._refuses(address):
                    refused.append((address, "The contact is refused", "error_count"))
                elif unknown:
                    refused.append((address, f"There is no custom field {unknown[0]}", "error_count"))
                elif permission == "implicit" and before and _unsubscribed(before):
                    refused.append((address, "The contact has unsubscribed", "cannot_add_to_list_count"))
                else:
                    made[address] = self._merged(before, address, row, lists, permission)
            self._documents.add(_KIND, made.items())
        return refused

    def take_off(self, ids: Sequence[str], lists: Sequence[str]) -> list[str]:
        """Take contacts off lists.

        Args:
            ids: The contacts.
            lists: The lists.

        Returns:
            A text for each that is refused; it does not say whose it is.
        """
        refused: list[str] = []
        with self._documents.locked():
            known = {each["contact_id"]: each for each in self.every()}
            for id in ids:
                contact = known.get(id)
                if contact is None or self._refuses(contact["email_address"]["address"]):
                    refused.append("The contact is refused")
                    continue
                contact["list_memberships"] = [each for each in contact["list_memberships"] if each not in lists]
                contact["updated_at"] = self._now()
                self._documents.add(_KIND, [(contact["email_address"]["address"], contact)])
        return refused

    def check_lists(self, lists: Any) -> None:
        """Refuse lists that are not there."""
        for each in lists:
            if each not in self._lists:
                raise fault(f"list_id {each} does not exist")

    def check_lengths(self, rows: Sequence[dict[str, Any]]) -> None:
        """Refuse a whole import for a name that is too long."""
        for row in rows:
            for name in _SHORT:
                if len(str(row.get(name) or "")) > _LONGEST:
                    raise fault(f"{name} is longer than {_LONGEST} characters")

    def sign_up(self, request: Request) -> Any:
        """Answer ``POST /contacts/sign_up_form``."""
        body = _object(request)
        lists = body.get("list_memberships")
        if not lists:
            raise fault("list_memberships is required")
        self.check_lists(lists)
        self.check_lengths([body | {"email": body.get("email_address")}])
        names = {id: name for name, id in self._fields.items()}
        row = {name: body[name] for name in _PLAIN if name in body} | {"email": body.get("email_address")}
        street = body.get("street_address") or {}
        row |= {name: street[part] for name, part in _STREET.items() if part in street}
        if "phone_number" in body:
            row["phone"] = body["phone_number"]
        for each in body.get("custom_fields") or []:
            if each.get("custom_field_id") not in names:
                raise fault("custom_field_id does not exist")
            row[f"cf:{names[each['custom_field_id']]}"] = each.get("value")
        known = self._documents.get(_KIND, str(row["email"] or "").lower()) is not None
        if refused := self.take([row], lists, "explicit"):
            raise fault(f"email_address: {refused[0][1]}")
        answer = {"contact_id": _id_of(str(row["email"])), "action": "updated" if known else "created"}
        return reply(answer, 200 if known else 201)

    def page(self, request: Request) -> Any:
        """Answer ``GET /contacts``."""
        query = dict(request.query)
        if "cursor" in query:
            query = dict(part.split("=", 1) for part in bytes.fromhex(query["cursor"]).decode().split("&"))
        size, begin = int(query.get("limit") or 50), int(query.get("begin") or 0)
        if not 1 <= size <= _LARGEST_PAGE:
            raise fault("limit does not have a valid value")
        include = set(filter(None, (query.get("include") or "").split(",")))
        if include - _PARTS:
            raise fault("include does not have a valid value")
        found = [each for each in self.every() if _wanted(each, query)]
        page = [{name: part for name, part in each.items() if name not in _PARTS - include} for each in found]
        answer: dict[str, Any] = {"contacts": page[begin : begin + size]}
        if begin + size < len(found):
            state = {**query, "limit": size, "begin": begin + size}
            cursor = "&".join(f"{name}={value}" for name, value in state.items()).encode().hex()
            answer["_links"] = {"next": {"href": f"/v3/contacts?cursor={cursor}"}}
        return answer

    def one(self, _: Request, contact: str) -> Any:
        """Answer ``GET /contacts/{contact_id}``."""
        for each in self.every():
            if each["contact_id"] == contact:
                return each
        raise Refused(404, [{"error_key": "contacts.api.not_found", "error_message": "contact not found"}])

    def delete(self, request: Request, contact: str) -> Any:
        """Answer ``DELETE /contacts/{contact_id}``."""
        found = self.one(request, contact)
        self._documents.delete(_KIND, found["email_address"]["address"])
        return reply(None, 204)

    def all_lists(self, _: Request) -> Any:
        """Answer ``GET /contact_lists``."""
        return {"lists": [{"list_id": id, "name": f"List {number}"} for id, number in self._lists.items()]}

    def xrefs(self, request: Request) -> Any:
        """Answer ``GET /contact_lists/list_id_xrefs``."""
        asked = (request.query.get("sequence_ids") or "").split(",")
        return {
            "xrefs": [{"sequence_id": number, "list_id": id} for id, number in self._lists.items() if number in asked]
        }

    def all_fields(self, _: Request) -> Any:
        """Answer ``GET /contact_custom_fields``."""
        return {
            "custom_fields": [
                {"custom_field_id": id, "label": name, "name": name, "type": "string"}
                for name, id in self._fields.items()
            ]
        }

    def _merged(
        self, before: dict[str, Any] | None, address: str, row: dict[str, Any], lists: list[str], permission: str
    ) -> dict[str, Any]:
        now = self._now()
        made = dict(before or {"contact_id": _id_of(address), "create_source": "Account", "created_at": now})
        made["email_address"] = {"address": address, "permission_to_send": permission, "updated_at": now}
        made |= {name: row[name] for name in _PLAIN if row.get(name) not in {None, ""}}
        made |= {"update_source": "Account", "updated_at": now}
        made["list_memberships"] = list(dict.fromkeys([*made.get("list_memberships", []), *lists]))
        if row.get("phone"):
            made["phone_numbers"] = [{"phone_number": row["phone"], "kind": "other"}]
        if street := {part: row[name] for name, part in _STREET.items() if row.get(name)}:
            made["street_addresses"] = [{"kind": "home", **street}]
        custom = {each["custom_field_id"]: each["value"] for each in made.get("custom_fields", [])}
        custom |= {self._fields[name[3:]]: value for name, value in row.items() if name.startswith("cf:")}
        made["custom_fields"] = [{"custom_field_id": id, "value": value} for id, value in custom.items()]
        return made

    def _now(self) -> str:
        return f"{self._clock.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _unsubscribed(contact: dict[str, Any]) -> bool:
    return bool(contact["email_address"]["permission_to_send"] == "unsubscribed")


def _wanted(contact: dict[str, Any], query: dict[str, str]) -> bool:
    lists = set(filter(None, (query.get("lists") or "").split(",")))
    if lists and not lists & set(contact["list_memberships"]):
        return False
    if (email := query.get("email")) and contact["email_address"]["address"] != email.lower():
        return False
    if (after := query.get("updated_after")) and datetime.fromisoformat(contact["updated_at"]) <= _moment(after):
        return False
    status = query.get("status")
    if status in {None, "", "all"}:
        return True
    return _unsubscribed(contact) == (status == "unsubscribed") if status in {"unsubscribed", "active"} else False


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as raised:
        raise fault("updated_after does not have a valid value") from raised
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError as raised:
        raise fault("the JSON was malformed") from raised
    if not isinstance(body, dict):
        raise fault("the body is no object")
    return body


def _id_of(address: str) -> str:
    return str(uuid.UUID(hashlib.sha256(address.lower().encode()).hexdigest()[:32]))
