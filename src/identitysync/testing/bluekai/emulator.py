"""BlueKai's User Data API on loopback.

It follows https://docs.oracle.com/en/cloud/saas/data-cloud/data-cloud-help-center/Developers/reference/user_data_api.html
(one call for each user, 1000 in a second), .../Developers/getting_started/api_authentication.html (signatures) and
.../Developers/getting_started/api_faq.html (every error is an HTTP 400 with JSON that tells why; 403 for what may not
be). The reference of parameters, on another host, was not found: the shape of answers and their texts are ours.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlsplit

import attrs

from identitysync.testing.bluekai.signatures import is_signed
from identitysync.testing.http import Emulator, Limit, Refused, Request, Routes
from identitysync.testing.http.refusing import Refuse, refuser

_LIMIT: Final = Limit(calls=1000, seconds=1.0)
_USER: Final = "user"


@attrs.frozen
class Profile:
    """What BlueKai knows of a user.

    Attributes:
        user: The user's id.
        hints: All that was sent: values by their names.
        categories: The categories that the site's rules have put the user into.
    """

    user: str
    hints: Mapping[str, list[str]]
    categories: list[int]


class BlueKaiEmulator(Emulator):
    """One site of BlueKai.

    Attributes:
        site_id: The id of the site.
        bkuid: The web service user key.
        secret_key: The web service private key.
    """

    platform: ClassVar[str] = "BlueKai"

    def __init__(
        self,
        *,
        site_id: int = 12345,
        bkuid: str = "web-service-user-key",
        secret_key: str = "web-service-private-key",  # noqa: S107 - it opens nothing but this
        rules: Mapping[str, int] | None = None,
        refuse: Refuse = None,
        **options: Any,
    ) -> None:
        """Prepare the site.

        Args:
            site_id: The id of the site.
            bkuid: The web service user key.
            secret_key: The web service private key.
            rules: Which phint (``gender=m``) puts users into which category.
            refuse: Users that no ID swap has made known: a regular expression, or a function.
            options: What every emulator takes: ``latency``, ``faults``, ``limit``, ``clock``, ``path``, ``port``.
        """
        super().__init__(**{"limit": _LIMIT, **options})
        self.site_id, self.bkuid, self.secret_key = site_id, bkuid, secret_key
        self._rules, self._unknown = dict(rules or {}), refuser(refuse)
        self._routes = Routes({"GET /getdata/{site}/v1.2": self._get_data}, unknown={"error": "unknown resource"})

    def profile(self, user: str) -> Profile | None:
        """Give what is known of a user, or None."""
        kept = self.documents.get(_USER, user)
        return None if kept is None else Profile(**kept)

    @property
    def profiles(self) -> Iterator[Profile]:
        """Everybody of whom something is known, in the order in which they came."""
        for _, kept in self.documents.documents(self.documents.numbers(_USER)):
            yield Profile(**kept)

    def answer(self, request: Request) -> Any:
        """Answer a request."""
        if request.query.get("bkuid") != self.bkuid or not is_signed(request, self.secret_key):
            raise Refused(403, {"error": "Forbidden: bkuid or bksig is wrong"})
        return self._routes.answer(request)

    def _get_data(self, request: Request, site: str) -> Any:
        if site != str(self.site_id):
            raise Refused(400, {"error": f"site {site} does not belong to this key"})
        pairs = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
        user = next((value for name, value in pairs if name == "puserid"), "")
        if not user:
            raise Refused(400, {"error": "puserid is missing"})
        if self._unknown(user):
            raise Refused(400, {"error": f"User not found: {user}"})
        return {"categories": self._learn(user, [value for name, value in pairs if name == "phint"])}

    def _learn(self, user: str, phints: list[str]) -> list[int]:
        with self.documents.locked():
            known = self.profile(user) or Profile(user, {}, [])
            hints = dict(known.hints)
            for name in dict.fromkeys(each.partition("=")[0] for each in phints):
                hints[name] = [each.partition("=")[2] for each in phints if each.partition("=")[0] == name]
            found = [self._rules[each] for each in phints if each in self._rules]
            categories = list(dict.fromkeys([*known.categories, *found]))
            self.documents.add(_USER, [(user, {"user": user, "hints": hints, "categories": categories})])
        return categories
