"""dlt: a resource of dicts, one map, and the filesystem destination, which compresses by gzip.

It adds two columns of its own to every row, ``_dlt_load_id`` and ``_dlt_id``. Its state goes away with the run.
"""

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
os.environ["SCHEMA__NAMING"] = "direct"
os.environ["NORMALIZE__DATA_WRITER__DELIMITER"] = "|"
os.environ["NORMALIZE__DATA_WRITER__QUOTING"] = "quote_all"

import dlt
from by_hand import COLUMNS, to_account, to_row

BATCH = 5000


def batches(flow: str, source: Path) -> Iterator[list[dict[str, Any]]]:
    with source.open(encoding="utf-8", newline="") as lines:
        if flow == "A":
            records = (dict(zip(COLUMNS, to_row(json.loads(line)), strict=True)) for line in lines)
        else:
            records = map(to_account, csv.DictReader(lines))
        while batch := list(islice(records, BATCH)):
            yield batch


if __name__ == "__main__":
    flow, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    columns: dict[str, Any] = {name: {"data_type": "text"} for name in COLUMNS}  # their order, and none is a time
    columns["profile.age"] = {"data_type": "bigint"}
    if flow == "B":
        columns = {
            "created": {"data_type": "text"},
            "lastUpdated": {"data_type": "text"},
            "p": {"data_type": "json"},
            "d": {"data_type": "json"},
        }
    accounts = dlt.resource(batches(flow, source), name="accounts", columns=columns, max_table_nesting=0)
    with tempfile.TemporaryDirectory() as state:
        pipeline = dlt.pipeline(
            "speed",
            destination=dlt.destinations.filesystem(target.resolve().as_uri()),
            dataset_name="out",
            pipelines_dir=state,
        )
        pipeline.run(accounts, loader_file_format="csv" if flow == "A" else "jsonl").raise_on_failed_jobs()
