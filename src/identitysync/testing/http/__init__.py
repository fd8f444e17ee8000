"""What emulators of HTTP APIs are made of: a server, routes, bad days, limits, tokens, documents in SQLite."""

from identitysync.testing.http.documents import Documents
from identitysync.testing.http.emulator import Emulator
from identitysync.testing.http.faults import HttpFaults
from identitysync.testing.http.limits import Limit
from identitysync.testing.http.requests import Refused, Request
from identitysync.testing.http.routes import Routes
from identitysync.testing.http.server import LoopbackServer, Reply, reply
from identitysync.testing.http.tokens import IssuedTokens

__all__ = [
    "Documents",
    "Emulator",
    "HttpFaults",
    "IssuedTokens",
    "Limit",
    "LoopbackServer",
    "Refused",
    "Reply",
    "Request",
    "Routes",
    "reply",
]
