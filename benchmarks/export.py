"""A large export against a straightforward hand-written loop on the same work, side by side.

JSON lines → rename, remove, replace, evaluate → DSV → gzip at level 6 by zlib. Prints records per second and peak memory of
each, and their ratio. ``python benchmarks/export.py [RECORDS] [ROUNDS]``.
"""

import csv
import gzip
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LEVEL = 6
COLUMNS = ["UID", "email", "first_name", "city", "subscribed", "active", "created", "lastUpdated"]


def make(path: Path, records: int) -> None:
    from identitysync.testing import generate_accounts
    from identitysync.values import json_bytes

    with path.open("wb") as target:
        for account in generate_accounts(records):
            target.write(json_bytes(account) + b"\n")


def flow(source: Path, target: Path) -> "object":
    import identitysync as idx

    renames = {
        "profile.email": "email",
        "profile.firstName": "first_name",
        "profile.city": "city",
        "data.subscribed": "subscribed",
    }
    active = {"field": "active", "expression": "subscribed eq 'subscribed' ? 'true' : 'false'"}
    dsv = {"fileName": "out.csv", "columnSeparator": "|", "quoteFields": True, "columns": COLUMNS}
    return idx.Dataflow(name="bench", steps=[
        idx.Step("read", "datasource.read.file", {"url": str(source)}, next=["parse"]),
        idx.Step("parse", "file.parse.json", next=["rename"]),
        idx.Step("rename", "field.rename", {"fields": [{"sourceField": old, "targetField": new} for old, new in renames.items()]}, next=["remove"]),
        idx.Step("remove", "field.remove", {"fields": ["profile", "data"]}, next=["replace"]),
        idx.Step("replace", "field.replace", {"fields": [{"field": name, "regex": "[\\r\\n|]", "replacement": " "} for name in ("first_name", "city")]}, next=["evaluate"]),
        idx.Step("evaluate", "field.evaluate", {"language": "jexl", "fields": [active]}, next=["dsv"]),
        idx.Step("dsv", "file.format.dsv", dsv, next=["gzip"]),
        idx.Step("gzip", "file.compress.gzip", {"compressionLevel": LEVEL}, next=["write"]),
        idx.Step("write", "datasource.write.file", {"url": str(target)}),
    ])  # fmt: skip


def ours(source: Path, target: Path) -> int:
    import identitysync as idx

    job = idx.run(flow(source, target), progress=False)  # type: ignore[arg-type]
    job.raise_for_status()
    return job.total_records


def by_hand(source: Path, target: Path) -> int:
    breaks = re.compile(r"[\r\n|]")
    count = 0

    def text(value: object) -> str:
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    target.mkdir(exist_ok=True)
    with source.open("rb") as lines, gzip.open(target / "out.csv.gz", "wb", LEVEL) as packed:
        rows = csv.writer(
            wrapped := io.TextIOWrapper(packed, "utf-8", newline=""),
            delimiter="|",
            quoting=csv.QUOTE_ALL,
            lineterminator="\n",
        )
        rows.writerow(COLUMNS)
        for line in lines:
            record = json.loads(line)
            profile, data = record.pop("profile", {}), record.pop("data", {})
            record["email"], record["first_name"], record["city"] = (
                profile.get("email"),
                profile.get("firstName"),
                profile.get("city"),
            )
            record["subscribed"] = data.get("subscribed")
            for name in ("first_name", "city"):
                if record[name] is not None:
                    record[name] = breaks.sub(" ", record[name])
            record["active"] = "true" if record["subscribed"] == "subscribed" else "false"
            rows.writerow([text(record.get(column)) for column in COLUMNS])
            count += 1
        wrapped.flush()
    return count


def measure(which: str, source: Path, target: Path) -> tuple[float, float]:
    """Run one of the two in a process of its own: records per second, and peak memory in MB."""
    command = [sys.executable, __file__, "--run", which, str(source), str(target)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    rate, memory = ran.stdout.split()
    return float(rate), float(memory)


def main() -> None:
    if sys.argv[1:2] == ["--run"]:
        which, source, target = sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
        began = time.perf_counter()
        count = {"ours": ours, "by_hand": by_hand}[which](source, target)
        seconds = time.perf_counter() - began
        print(count / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "accounts.jsonl"
        make(source, records)
        print(
            f"{records:,} accounts, {source.stat().st_size / 1e6:.0f} MB, gzip level {LEVEL} by zlib, {os.cpu_count()} cores"
        )
        print(f"{'round':>5} {'by hand rec/s':>14} {'MB':>6} {'identitysync rec/s':>19} {'MB':>6} {'ratio':>6}")
        for number in range(1, rounds + 1):
            hand, hand_memory = measure("by_hand", source, Path(folder) / "hand")
            us, memory = measure("ours", source, Path(folder) / "ours")
            print(f"{number:>5} {hand:>14,.0f} {hand_memory:>6.0f} {us:>19,.0f} {memory:>6.0f} {us / hand:>6.2f}")
        same = (
            gzip.open(Path(folder) / "hand" / "out.csv.gz").read()
            == gzip.open(Path(folder) / "ours" / "out.csv.gz").read()
        )
        print("the two outputs are", "equal" if same else "DIFFERENT")


if __name__ == "__main__":
    main()
