"""What Mailchimp's answers mean: problems as RFC 7807 has them, ``title`` and ``detail`` in Mailchimp's words."""

from typing import Any, Final

import attrs

from identitysync.platforms.meaning import Kind, Refusal, by_status_and_json
from identitysync.world import HttpResponse

_SHOWN: Final = 20
"""Faults of single fields that are told, so that a refusal of 500 members stays readable."""


def judge(answer: HttpResponse) -> Refusal | None:
    """Tell what an answer means.

    Args:
        answer: The answer.

    Returns:
        None when it is fine. The code of a refusal is the problem's title, such as ``Invalid Resource``.
    """
    refusal = by_status_and_json(answer)
    if refusal is None:
        return None
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("title"), str):
        # Too many calls are turned away before they reach the API, by a bare 403.
        return attrs.evolve(refusal, kind=Kind.BUSY) if answer.status == 403 else refusal
    detail = str(problem.get("detail") or refusal.message)
    return attrs.evolve(refusal, code=problem["title"], message=" ".join([detail, *_fields(problem.get("errors"))]))


def _fields(errors: Any) -> list[str]:
    """Write the faults of single fields, ``field: message;`` each."""
    known = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    told = [f"{each.get('field') or 'the request'}: {each.get('message') or 'refused'};" for each in known[:_SHOWN]]
    return told if len(known) <= _SHOWN else [*told, f"and {len(known) - _SHOWN} more"]
