"""Move customer identities between systems: dataflows of the IdentitySync (IDX) service as a Python library.

>>> import identitysync as idx
>>> flow = idx.Dataflow(name="shout", steps=[idx.Step("read", "datasource.read.file", {"url": "in.json"})])
>>> flow.outline()
'read'
"""

import logging

from identitysync.contract import (
    Encoder,
    Example,
    File,
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
    DataflowStatus,
    FrequencyType,
    JobState,
    JobStatus,
    LogLevel,
    Scheduling,
    Step,
)
from identitysync.runtime import Preview, Running, check, preview, replay, run, scripts, start, stream
from identitysync.values import FieldPath, Record, Secret, Site

__all__ = [
    "Dataflow",
    "DataflowStatus",
    "Diagnostic",
    "Encoder",
    "Example",
    "FieldPath",
    "File",
    "FileReader",
    "FileTransform",
    "FileWriter",
    "FlatMapper",
    "Formatter",
    "FrequencyType",
    "IdentitySyncError",
    "InvalidDataflow",
    "InvalidParameter",
    "JobFailed",
    "JobState",
    "JobStatus",
    "LogLevel",
    "Lookup",
    "Mapper",
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
    "Step",
    "check",
    "entry",
    "param",
    "preview",
    "replay",
    "run",
    "script",
    "scripts",
    "start",
    "stream",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())
