"""What the answer to a call for a token means."""

import pytest

from identitysync.platforms import Kind
from identitysync.platforms.oauth import by_token
from identitysync.world import HttpResponse


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"access_token": "t"}', None),
        (200, b"<html></html>", Kind.PASSING),
        (200, b'{"access_token": 1}', Kind.PASSING),
        (400, b'{"error": "invalid_grant", "error_description": "over"}', Kind.DENIED),
        (401, b'{"error": "invalid_client"}', Kind.DENIED),
        (401, b"", Kind.EXPIRED),
        (503, b'{"error": "later"}', Kind.PASSING),
        (404, b"", Kind.FINAL),
    ],
)
def test_an_answer_brings_a_token_or_says_why_not(status, body, kind):
    refusal = by_token(HttpResponse(status, {}, body))
    assert (refusal.kind if refusal else None) == kind


def test_half_a_token_is_not_shown():
    refusal = by_token(HttpResponse(200, {}, b'{"token_type": "Bearer", "access_token": "planted'))
    assert "planted" not in refusal.message
