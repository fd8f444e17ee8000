"""Singer SDK: a small tap and a small target in two processes, with the SDK's msgspec messages between them.

The tap makes the rows; the target writes them in batches through gzip at level 1, and does not validate again.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from by_hand import COLUMNS, to_account, to_row
from singer_sdk import Stream, Tap, Target
from singer_sdk import typing as th
from singer_sdk.contrib.msgspec import MsgSpecReader, MsgSpecWriter
from singer_sdk.sinks import BatchSink

LEVEL = 1
TEXTS = ("created", "lastUpdated", "isActive", "isVerified", "loginProvider", "regSource", "subscribed", "UID")
PROFILE = ("email", "firstName", "lastName", "age", "gender", "city", "country", "likes")
CONFIG = [th.Property("flow", th.StringType), th.Property("path", th.StringType)]


def texts(*names: str) -> list[th.Property]:
    return [th.Property(name, th.IntegerType if name == "profile.age" else th.StringType) for name in names]


def schema(flow: str) -> dict[str, Any]:
    if flow == "A":
        return th.PropertiesList(*texts(*COLUMNS)).to_dict()
    profile, data = th.ObjectType(*texts(*PROFILE)), th.ObjectType(*texts("subscribed", "newsletter"))
    return th.PropertiesList(*texts(*TEXTS), th.Property("p", profile), th.Property("d", data)).to_dict()


class Accounts(Stream):
    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        with Path(self.config["path"]).open(encoding="utf-8", newline="") as lines:
            if self.config["flow"] == "A":
                for line in lines:
                    yield dict(zip(COLUMNS, to_row(json.loads(line)), strict=True))
            else:
                yield from map(to_account, csv.DictReader(lines))


class AccountsTap(Tap):
    name = "tap-accounts"
    message_writer_class = MsgSpecWriter
    config_jsonschema = th.PropertiesList(*CONFIG).to_dict()

    def discover_streams(self) -> list[Stream]:
        return [Accounts(self, schema(self.config["flow"]), "accounts")]


class FileSink(BatchSink):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        folder, is_dsv = Path(self.config["path"]), self.config["flow"] == "A"
        name = "a.dsv.gz" if is_dsv else "b.json.gz"
        self._file = gzip.open(folder / name, "wt", LEVEL, encoding="utf-8", newline="")
        self._rows = csv.DictWriter(
            self._file, COLUMNS, delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n", extrasaction="ignore"
        )
        if is_dsv:
            self._rows.writeheader()

    def process_batch(self, context: dict[str, Any]) -> None:
        if self.config["flow"] == "A":
            self._rows.writerows(context["records"])
        else:
            for record in context["records"]:
                self._file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")

    def clean_up(self) -> None:
        self._file.close()


class FileTarget(Target):
    name = "target-file"
    message_reader_class = MsgSpecReader
    default_sink_class = FileSink
    config_jsonschema = th.PropertiesList(*CONFIG).to_dict()


if __name__ == "__main__":
    flow, source, target = sys.argv[1:4]
    os.environ["LOGLEVEL"] = "ERROR"
    if "--tap" in sys.argv:
        AccountsTap(config={"flow": flow, "path": source}).sync_all()
    elif "--target" in sys.argv:
        FileTarget(config={"flow": flow, "path": target, "validate_records": False}).listen()
    else:
        command = [sys.executable, *sys.argv]
        with subprocess.Popen([*command, "--tap"], stdout=subprocess.PIPE) as tap:
            subprocess.run([*command, "--target"], stdin=tap.stdout, check=True)
        sys.exit(tap.returncode)
