"""Ready dataflows by system and direction, as package data: one JSON file each, ``""`` where something is missing.

A file ``NAME.json`` in this folder is the template ``NAME``; nothing else has to be told anywhere.
"""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from identitysync.errors import InvalidParameter
from identitysync.model import Dataflow

_ENDING: Final = ".json"


class Templates(Mapping[str, Dataflow]):
    """Map names such as ``sftp-out`` to dataflows; immutable, and nothing is read before it is looked at."""

    def __init__(self) -> None:
        """List what is there; ``idx.templates()`` is the way here."""
        from importlib.resources import files

        found = (path.name for path in files(__name__).iterdir())
        self._names = sorted(name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING))

    def __getitem__(self, name: str) -> Dataflow:
        if name not in self._names:
            raise KeyError(name)
        return _flow(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<{len(self)} templates: {', '.join(self)}>"


def find(name: str) -> Dataflow:
    """Find a template by its name.

    Args:
        name: Its name, such as ``sftp-out``.

    Returns:
        The flow.

    Raises:
        InvalidParameter: There is none of that name; a close one is suggested.
    """
    templates = Templates()
    if name not in templates:
        close = difflib.get_close_matches(name, templates, 1, 0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(templates)}"
        raise InvalidParameter(f"there is no template {name!r}; {hint}")
    return templates[name]


def left_open(flow: Dataflow) -> list[str]:
    """Name what a template leaves open, as ``Dataflow.fill`` takes it.

    Args:
        flow: The template.

    Returns:
        Step ids and parameters, such as ``sftp.host``.
    """
    return [f"{step.id}.{name}" for step in flow.steps for name, value in step.params.items() if value == ""]


@cache
def _flow(name: str) -> Dataflow:
    from importlib.resources import files

    return Dataflow.from_json(files(__name__).joinpath(f"{name}{_ENDING}").read_bytes())
