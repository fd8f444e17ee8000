"""What the tests of the client share: a site, and answers of Gigya."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from identitysync.values import Site
from tests.world.loopback import Reply, Request

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = base64.b64encode(b"planted secret of the application").decode()


def site(url: str | None, **more: Any) -> Site:
    return Site("3_key", "user", SECRET, url=url, **more)


def said(code: int = 0, **more: Any) -> Reply:
    """An answer in Gigya's envelope."""
    return Reply(json.dumps({"callId": "c", "errorCode": code, "errorMessage": f"message {code}", **more}).encode())


def params(request: Request) -> dict[str, str]:
    """The parameters that a request holds."""
    pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert len(pairs) == len(dict(pairs)), "a parameter is sent twice"
    return dict(pairs)
