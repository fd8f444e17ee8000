"""Clients of the platforms that customers connect, one package each, usable alone; and what all of them share.

``Api`` speaks HTTP with one platform: it signs in, understands what answers mean, paces and repeats calls.
``BatchCalls`` keeps a platform's connections busy with batches of records and answers once for each record.
"""

from identitysync.platforms.api import Api
from identitysync.platforms.batches import BatchCalls
from identitysync.platforms.connection import PlatformConnection
from identitysync.platforms.login import ApiKeyLogin, BasicLogin, Login, NoLogin, QueryLogin, TokenLogin
from identitysync.platforms.meaning import Kind, Refusal, by_status, by_status_and_json
from identitysync.platforms.pages import read_pages
from identitysync.platforms.sendable import check_sendable
from identitysync.platforms.singles import call_each
from identitysync.platforms.subscription import wanted
from identitysync.platforms.tokens import Token, Tokens
from identitysync.platforms.waiting import moments

__all__ = [
    "Api",
    "ApiKeyLogin",
    "BasicLogin",
    "BatchCalls",
    "Kind",
    "Login",
    "NoLogin",
    "PlatformConnection",
    "QueryLogin",
    "Refusal",
    "Token",
    "TokenLogin",
    "Tokens",
    "by_status",
    "by_status_and_json",
    "call_each",
    "check_sendable",
    "moments",
    "read_pages",
    "wanted",
]
