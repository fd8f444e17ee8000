"""identitysync through its public API: the flow file is loaded, told its files, and run.

``python ours.py A|B SOURCE TARGET [--workers N] [--level N] [--opaque]``
"""

import argparse
from pathlib import Path

import identitysync as idx

FLOWS = Path(__file__).resolve().parents[1] / "flows"


@idx.script("bench.country", summary="Write the country in capitals.")
class Country(idx.Mapper):
    """A script that the compiler knows nothing of; the countries are in capitals already, so the output stays."""

    def map(self, record: idx.Record) -> idx.Record:
        country = record.get("profile.country")
        if country is not None:
            record["profile.country"] = country.upper()
        return record


def load(name: str, source: Path, target: Path, level: int | None = None, *, opaque: bool = False) -> idx.Dataflow:
    flow = idx.Dataflow.load(FLOWS / f"speed-{name.lower()}.json")
    flow = flow.replace(idx.Step("read", "datasource.read.file", {"url": str(source)}))
    flow = flow.replace(idx.Step("write", "datasource.write.file", {"url": str(target)}))
    if level is not None:
        flow = flow.replace(idx.Step("gz", "file.compress.gzip", {"compressionLevel": level}))
    return flow.insert_after("replace", idx.Step("opaque", Country)) if opaque else flow


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("flow", choices=["A", "B"])
    arguments.add_argument("source", type=Path)
    arguments.add_argument("target", type=Path)
    arguments.add_argument("--workers", type=int)
    arguments.add_argument("--level", type=int)
    arguments.add_argument("--opaque", action="store_true")
    told = arguments.parse_args()
    flow = load(told.flow, told.source, told.target, told.level, opaque=told.opaque)
    idx.run(flow, progress=False, workers=told.workers).raise_for_status()
