"""Where everything meets: run, start, preview, stream and replay a dataflow on this machine."""

from identitysync.runtime.calls import check, replay, run, start, stream
from identitysync.runtime.preview import FileHead, Preview, StepPreview, preview
from identitysync.runtime.running import Running

__all__ = [
    "FileHead",
    "Preview",
    "Running",
    "StepPreview",
    "check",
    "preview",
    "replay",
    "run",
    "start",
    "stream",
]
