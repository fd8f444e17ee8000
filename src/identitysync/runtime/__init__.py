"""Where everything meets: check, run, start, preview, stream, explain and replay a dataflow on this machine.

A call is imported when it is first asked for, with what it needs and no more.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from identitysync.runtime.calls import replay, run, start, stream
    from identitysync.runtime.checking import check
    from identitysync.runtime.explaining import explain
    from identitysync.runtime.explanation import Explanation
    from identitysync.runtime.previewing import FileHead, Preview, StepPreview, preview
    from identitysync.runtime.running import Running

_PLACES: Final = {
    "Explanation": "explanation",
    "FileHead": "previewing",
    "Preview": "previewing",
    "Running": "running",
    "StepPreview": "previewing",
    "check": "checking",
    "explain": "explaining",
    "preview": "previewing",
    "replay": "calls",
    "run": "calls",
    "start": "calls",
    "stream": "calls",
}

__all__ = [
    "Explanation",
    "FileHead",
    "Preview",
    "Running",
    "StepPreview",
    "check",
    "explain",
    "preview",
    "replay",
    "run",
    "start",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
