"""The few types that everyone shares: records and paths into them, their texts, secrets, sites."""

from identitysync.values.finite import all_finite
from identitysync.values.flat import flatten, flattened
from identitysync.values.json_text import json_bytes, json_value, why_not
from identitysync.values.paths import FieldPath
from identitysync.values.records import MISSING, Missing, Record, copy_records
from identitysync.values.secret import MASK, Secret
from identitysync.values.site import Site
from identitysync.values.text import text_of

__all__ = [
    "MASK",
    "MISSING",
    "FieldPath",
    "Missing",
    "Record",
    "Secret",
    "Site",
    "all_finite",
    "copy_records",
    "flatten",
    "flattened",
    "json_bytes",
    "json_value",
    "text_of",
    "why_not",
]
