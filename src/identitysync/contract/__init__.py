"""What a script is: shapes, parameters, the spec made of both, and the services that a run hands to scripts.

No I/O, and no knowledge of dataflows.
"""

from identitysync.contract.files import File
from identitysync.contract.params import REQUIRED, Finding, ParamSpec, entry, param, params_of
from identitysync.contract.records import Answer, Note, Rejected
from identitysync.contract.services import Clock, DeliveredFiles, Log, RunInfo, Services, Spool
from identitysync.contract.shapes import (
    Encoder,
    FileReader,
    FileTransform,
    FileWriter,
    FlatMapper,
    Formatter,
    Lookup,
    Mapper,
    Parser,
    RecordReader,
    RecordWriter,
    Router,
    Shape,
    Staged,
    StagingWriter,
)
from identitysync.contract.spec import Example, ScriptSpec, ShapeClass, script, spec_of
from identitysync.contract.store import FileMemory, SourceFile, Store

__all__ = [
    "REQUIRED",
    "Answer",
    "Clock",
    "DeliveredFiles",
    "Encoder",
    "Example",
    "File",
    "FileMemory",
    "FileReader",
    "FileTransform",
    "FileWriter",
    "Finding",
    "FlatMapper",
    "Formatter",
    "Log",
    "Lookup",
    "Mapper",
    "Note",
    "ParamSpec",
    "Parser",
    "RecordReader",
    "RecordWriter",
    "Rejected",
    "Router",
    "RunInfo",
    "ScriptSpec",
    "Services",
    "Shape",
    "ShapeClass",
    "SourceFile",
    "Spool",
    "Staged",
    "StagingWriter",
    "Store",
    "entry",
    "param",
    "params_of",
    "script",
    "spec_of",
]
