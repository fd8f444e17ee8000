"""What a script is: shapes, parameters, the spec made of both, and the services that a run hands to scripts.

No I/O, and no knowledge of dataflows.
"""

from identitysync.contract.blocks import Block, BlockParser, BlockTransform, Cut, Decoded, Decoder
from identitysync.contract.files import File
from identitysync.contract.lowering import Emitting, EmittingRows, Fields, Layout, Rows, Surprise, Unfit, Value
from identitysync.contract.params import REQUIRED, Finding, ParamSpec, entry, param, params_of
from identitysync.contract.records import Answer, Note, Rejected
from identitysync.contract.services import Clock, Log, RunInfo, Services, Spool
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
from identitysync.contract.store import Store

__all__ = [
    "REQUIRED",
    "Answer",
    "Block",
    "BlockParser",
    "BlockTransform",
    "Clock",
    "Cut",
    "Decoded",
    "Decoder",
    "Emitting",
    "EmittingRows",
    "Encoder",
    "Example",
    "Fields",
    "File",
    "FileReader",
    "FileTransform",
    "FileWriter",
    "Finding",
    "FlatMapper",
    "Formatter",
    "Layout",
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
    "Rows",
    "RunInfo",
    "ScriptSpec",
    "Services",
    "Shape",
    "ShapeClass",
    "Spool",
    "Staged",
    "StagingWriter",
    "Store",
    "Surprise",
    "Unfit",
    "Value",
    "entry",
    "param",
    "params_of",
    "script",
    "spec_of",
]
