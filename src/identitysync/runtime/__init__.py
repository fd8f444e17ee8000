"""Where everything meets: run, start, preview, stream and replay a dataflow on this machine."""

from identitysync.runtime.calls import check, replay, run, start, stream
from identitysync.runtime.explain import Explanation, explain
from identitysync.runtime.preview import FileHead, Preview, StepPreview, preview
from identitysync.runtime.running import Running

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
