"""What the answer to a generic call means: well, not now, or refused, and in whose words."""

from typing import Any, Final

from identitysync.platforms.generic.params import Retry, Success
from identitysync.platforms.meaning import Kind, Refusal, beginning
from identitysync.values import MISSING, FieldPath, text_of
from identitysync.world import HttpResponse

_SHOWN: Final = 300


def at(answer: Any, path: FieldPath | None) -> Any:
    """Look into an answer.

    Args:
        answer: The answer, read from JSON.
        path: The place; None is the whole.

    Returns:
        What is there, or ``MISSING``.
    """
    if path is None:
        return answer
    return path.get(answer) if isinstance(answer, dict) else MISSING


def said(answer: Any, path: FieldPath | None) -> str:
    """Give the text at a place of an answer; none when there is nothing."""
    return text_of(at(answer, path))[:_SHOWN] if path else ""


class Meaning:
    """Tell what answers mean, by status and by what they hold."""

    def __init__(self, success: Success | None, retry: Retry | None, *, json: bool) -> None:
        """Prepare.

        Args:
            success: When a call went well.
            retry: When a call may be made again.
            json: Whether a good answer must be JSON, because it will be looked into.
        """
        self._success, self._retry = success or Success(), retry or Retry()
        self._json = json or self._success.path is not None

    def judge(self, answer: HttpResponse) -> Refusal | None:
        """Judge an answer as ``Api`` wants it.

        Args:
            answer: The answer.

        Returns:
            None when all is well.
        """
        status, success = answer.status, self._success
        if not (status in success.statuses if success.statuses else 200 <= status < 300):
            return self._refused(answer)
        if not self._json:
            return None
        content = read(answer)
        if content is MISSING:
            return Refusal(Kind.PASSING, f"the answer is no JSON: {beginning(answer)}", "no-json")
        if success.path is not None and text_of(found := at(content, success.path)) != success.equals:
            shown = "nothing" if found is MISSING else text_of(found)[:_SHOWN]
            text = said(content, success.message_path) or f"{success.path} is {shown}, not {success.equals}"
            return Refusal(Kind.FINAL, text, said(content, success.code_path) or "unsuccessful")
        return None

    def passing(self, answer: HttpResponse) -> Refusal | None:
        """Judge an answer as ``judge`` does, but let those pass that refuse what was asked for good."""
        refusal = self.judge(answer)
        return None if refusal is not None and refusal.kind is Kind.FINAL else refusal

    def _refused(self, answer: HttpResponse) -> Refusal:
        status = answer.status
        content = read(answer)
        message = said(content, self._success.message_path) or beginning(answer)
        code = said(content, self._success.code_path)
        if status == 429:
            return Refusal(Kind.BUSY, message, code)
        if status in self._retry.statuses:
            return Refusal(Kind.PASSING, message, code)
        if 300 <= status < 400:
            place = answer.headers.get("location", "").split("?")[0][:_SHOWN]
            return Refusal(Kind.FINAL, f"redirects are not followed; this one leads to {place or 'nowhere'}", code)
        kinds = {401: Kind.EXPIRED, 403: Kind.DENIED, 407: Kind.DENIED}
        return Refusal(kinds.get(status, Kind.FINAL), message, code)


def read(answer: HttpResponse) -> Any:
    """Read an answer's body as JSON; ``MISSING`` when it is none."""
    try:
        return answer.json()
    except ValueError:
        return MISSING
