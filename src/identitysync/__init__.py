"""Move customer identities between systems: dataflows of the IdentitySync (IDX) service as a Python library.

>>> import identitysync as idx
>>> flow = idx.Dataflow(name="shout", steps=[idx.Step("read", "datasource.read.file", {"url": "in.json"})])
>>> flow.outline()
'read'
"""

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from identitysync.contract import (
    KEPT,
    Encoder,
    Example,
    File,
    FileBlocks,
    FileFlatMapper,
    FileReader,
    FileTransform,
    FileWriter,
    FlatMapper,
    Formatter,
    Lookup,
    Mapper,
    Note,
    Parser,
    RecordReader,
    RecordWriter,
    Rejected,
    Router,
    Services,
    entry,
    param,
    script,
)
from identitysync.errors import (
    Diagnostic,
    IdentitySyncError,
    InvalidDataflow,
    InvalidParameter,
    JobFailed,
    RecordRejected,
    Severity,
)
from identitysync.model import (
    Dataflow,
    DataflowState,
    DataflowStatus,
    FrequencyType,
    JobState,
    JobStatus,
    LogLevel,
    MissedSlots,
    Scheduling,
    Step,
)
from identitysync.registry import Registry, discover
from identitysync.runtime.checking import check
from identitysync.values import FieldPath, Record, Secret, Site

if TYPE_CHECKING:
    from identitysync.runtime import Explanation, Preview, Running, explain, preview, replay, run, start, stream
    from identitysync.service import IdentitySync, Smtp

__all__ = [
    "KEPT",
    "Dataflow",
    "DataflowState",
    "DataflowStatus",
    "Diagnostic",
    "Encoder",
    "Example",
    "Explanation",
    "FieldPath",
    "File",
    "FileBlocks",
    "FileFlatMapper",
    "FileReader",
    "FileTransform",
    "FileWriter",
    "FlatMapper",
    "Formatter",
    "FrequencyType",
    "IdentitySync",
    "IdentitySyncError",
    "InvalidDataflow",
    "InvalidParameter",
    "JobFailed",
    "JobState",
    "JobStatus",
    "LogLevel",
    "Lookup",
    "Mapper",
    "MissedSlots",
    "Note",
    "Parser",
    "Preview",
    "Record",
    "RecordReader",
    "RecordRejected",
    "RecordWriter",
    "Rejected",
    "Router",
    "Running",
    "Scheduling",
    "Secret",
    "Services",
    "Severity",
    "Site",
    "Smtp",
    "Step",
    "check",
    "entry",
    "explain",
    "param",
    "preview",
    "replay",
    "run",
    "script",
    "scripts",
    "start",
    "stream",
    "templates",
]

_OF_THE_SERVICE = frozenset({"IdentitySync", "Smtp"})

logging.getLogger(__name__).addHandler(logging.NullHandler())

# Two rooms have the names of calls below. Python hangs a package onto its parent when it is first imported, so the
# rooms go first, and the calls stay.
import_module(f"{__name__}.scripts")
import_module(f"{__name__}.templates")


def scripts() -> Registry:
    """Give the description of every installed script by its step type; read-only.

    Returns:
        The registry, a mapping that loads a script when it is looked at.
    """
    return discover()


def templates() -> Mapping[str, Dataflow]:
    """Give ready dataflows by system and direction, such as ``sftp-out``; read-only.

    Returns:
        A mapping of names to flows with ``""`` where something is missing: ``Dataflow.fill`` gives it.
    """
    from identitysync.templates import Templates

    return Templates()


def __getattr__(name: str) -> Any:
    """Import what runs flows when it is first asked for, so that the package itself imports in a blink."""
    if name in __all__ and name not in globals():
        room = import_module(f"{__name__}.{'service' if name in _OF_THE_SERVICE else 'runtime'}")
        return getattr(room, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
