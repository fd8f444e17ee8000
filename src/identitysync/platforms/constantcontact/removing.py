"""Contacts that leave lists, each with an answer.

Removals (https://developer.constantcontact.com/api_guide/remove_list_membership.html) take the ids of at most 500
contacts, so that each address is looked up first. Who is on none of the lists, or no contact at all, is where they
shall be. A removal that counts failures does not say whose they are; halves are removed again, which does no harm.
"""

from collections.abc import Mapping
from typing import Final

from identitysync.errors import PlatformError
from identitysync.platforms.constantcontact.activities import carried_out
from identitysync.platforms.constantcontact.client import ConstantContact

LARGEST_REMOVAL: Final = 500


class Removals:
    """Take contacts off lists."""

    def __init__(self, client: ConstantContact, lists: list[str]) -> None:
        """Prepare.

        Args:
            client: The client.
            lists: The lists.
        """
        self._client, self._lists = client, lists

    def __call__(self, addresses: Mapping[int, str]) -> dict[int, tuple[str, str]]:
        """Take contacts off the lists.

        Args:
            addresses: Their addresses by their places.

        Returns:
            Text and code of each that failed.
        """
        members: dict[int, str] = {}
        faults: dict[int, tuple[str, str]] = {}
        for place, address in addresses.items():
            try:
                if member := self._member(address):
                    members[place] = member
            except PlatformError as fault:
                faults[place] = (fault.message, fault.code)
        places = list(members)
        for begin in range(0, len(places), LARGEST_REMOVAL):
            faults |= self._remove({place: members[place] for place in places[begin : begin + LARGEST_REMOVAL]})
        return faults

    def _member(self, address: str) -> str:
        """Give the id of a contact that is on one of the lists, or nothing."""
        query = {"email": address, "status": "all", "include": "list_memberships"}
        for contact in self._client.get("/v3/contacts", query).get("contacts") or []:
            if not set(self._lists).isdisjoint(contact.get("list_memberships") or []):
                return str(contact["contact_id"])
        return ""

    def _remove(self, members: Mapping[int, str]) -> dict[int, tuple[str, str]]:
        body = {"source": {"contact_ids": list(members.values())}, "list_ids": self._lists}
        try:
            activity = carried_out(self._client, "/v3/activities/remove_list_memberships", body)
        except PlatformError as fault:
            return dict.fromkeys(members, (fault.message, fault.code))
        if activity.state == "completed" and not activity.failed and not activity.texts:
            return {}
        if len(members) > 1:
            places = list(members)
            middle = len(places) // 2
            halves = ({place: members[place] for place in half} for half in (places[:middle], places[middle:]))
            return {place: fault for half in halves for place, fault in self._remove(half).items()}
        text = "; ".join(activity.texts) or "it does not say why"
        return dict.fromkeys(members, (f"the contact was not taken off the list: {text}", "not-removed"))
