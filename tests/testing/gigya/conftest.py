"""A client of another make for the emulator: raw HTTP, signed by hand."""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from identitysync.testing import GigyaEmulator, generate_accounts
from identitysync.world import FixedClock

SECRET = base64.b64encode(b"a secret of thirty-two bytes ok!").decode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Caller:
    """Call methods over one kept connection."""

    def __init__(self, emulator, clock):
        self.address = emulator.url.removeprefix("http://")
        self.clock = clock
        self.connection = http.client.HTTPConnection(self.address, timeout=10)
        self._nonces = itertools.count()

    def signed(self, verb, url, params, secret=SECRET):
        query = "&".join(f"{key}={quote(str(value), safe='-._~')}" for key, value in sorted(params.items()))
        text = f"{verb}&{quote(url, safe='')}&{quote(query, safe='-._~')}"
        digest = hmac.new(base64.b64decode(secret), text.encode(), hashlib.sha1).digest()
        return {**params, "sig": base64.b64encode(digest).decode()}

    def params(self, **params):
        stamp = str(int(self.clock.now().timestamp()))
        own = {"apiKey": "3_a", "userKey": "AK", "timestamp": stamp, "nonce": f"n{next(self._nonces)}"}
        return {name: value for name, value in (own | params).items() if value is not None}

    def send(self, method, sent, verb="POST", target=None, headers=()):
        """Send parameters as they are; give the status and the answer."""
        body, path = urlencode(sent, quote_via=quote), target or f"/{method}"
        if verb == "GET":
            self.connection.request("GET", f"{path}?{body}", headers=dict(headers))
        else:
            self.connection.request("POST", path, body, FORM | dict(headers))
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def __call__(self, method, verb="POST", **params):
        """Sign a call and give its answer."""
        sent = self.signed(verb, f"http://{self.address}/{method}", self.params(**params))
        return self.send(method, sent, verb)[1]

    def search(self, query, **params):
        return self("accounts.search", query=query, **params)

    def uids(self, query, **params):
        return [row["UID"] for row in self.search(query, **params)["results"]]


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def gigya(clock):
    with GigyaEmulator("3_a", "AK", SECRET, generate_accounts(700), refuse_email="@refused", clock=clock) as emulator:
        yield emulator


@pytest.fixture
def call(gigya, clock):
    caller = Caller(gigya, clock)
    yield caller
    caller.connection.close()


@pytest.fixture
def caller_of(clock):
    return lambda emulator: Caller(emulator, clock)
