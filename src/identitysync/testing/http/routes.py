"""Which part of an emulator answers which request, by verb and path."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from identitysync.testing.http.requests import Refused, Request

Answer = Callable[..., Any]
"""Answers a request, given as the first argument, with what the path's ``{names}`` stand for after it, in order."""

_NAME: Final = re.compile(r"\{\w+\}")


class Routes:
    """A table of verbs and paths, such as ``GET /3.0/lists/{list}/members``."""

    def __init__(self, table: Mapping[str, Answer], *, unknown: Any = None) -> None:
        """Read the table.

        Args:
            table: Verbs and paths, and what answers there.
            unknown: The body of the answer to a path that is not in the table, which is an HTTP 404.
        """
        self._routes: list[tuple[str, re.Pattern[str], Answer]] = []
        for route, answer in table.items():
            verb, _, path = route.partition(" ")
            self._routes.append((verb, _pattern(path), answer))
        self._unknown = unknown

    def answer(self, request: Request) -> Any:
        """Answer a request.

        Args:
            request: The request.

        Returns:
            What the table's entry answers.

        Raises:
            Refused: There is no such path (404), or it takes other verbs (405).
        """
        verbs = []
        for verb, pattern, answer in self._routes:
            if match := pattern.fullmatch(request.path):
                if verb == request.verb:
                    return answer(request, *match.groups())
                verbs.append(verb)
        if verbs:
            raise Refused(405, self._unknown, headers={"Allow": ", ".join(sorted(set(verbs)))})
        raise Refused(404, self._unknown)


def _pattern(path: str) -> re.Pattern[str]:
    fixed = _NAME.split(path)
    return re.compile("([^/]+)".join(re.escape(each) for each in fixed))
