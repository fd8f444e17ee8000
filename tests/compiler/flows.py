"""Run flows compiled and step by step, and tell all that can be seen of it."""

import json
from pathlib import Path

import attrs

import identitysync as idx
from identitysync.runtime.job import Job
from identitysync.runtime.options import Options


def outcome(flow, folder, *, compiled, workers=1, **options):
    """Run a flow; give its files, counts, rejects and dead letters."""
    folder = Path(folder) / ("compiled" if compiled else "stepwise")
    folder.mkdir(parents=True, exist_ok=True)
    flow = attrs.evolve(flow, steps=[_into(step, folder) for step in flow.steps])
    letters = folder / "letters"
    job = Job(flow, Options(compiled=compiled, workers=workers, dead_letters=letters, **options), lambda _: None)
    status = job.run()
    files = {file.name: Path(file.address) for file in status.files}
    return {
        "status": str(status.status),
        "details": status.status_details.replace(str(folder), ""),
        "files": {name: _plain(path) for name, path in files.items()},
        "counts": {id: attrs.evolve(count, seconds=0.0, bytes=0) for id, count in status.steps.items()},
        "entered": (status.total_records, status.processed_records),
        "rejects": status.rejects,
        "letters": [json.loads(line) for path in letters.glob("*") for line in path.read_bytes().splitlines()],
    }, job


def _into(step, folder):
    if step.type == "datasource.write.file":
        return attrs.evolve(step, params={**step.params, "url": str(folder / f"out-{step.id}")})
    return step


def _plain(path):
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        import gzip

        return gzip.decompress(data)
    return data


def chain(source, parse, *steps):
    """Make a flow of one chain: a file, its parser, and steps as (id, type, params)."""
    all_steps = [
        ("read", "datasource.read.file", {"url": str(source)}),
        parse,
        *steps,
        ("write", "datasource.write.file", {"url": "x"}),
    ]
    ids = [step[0] for step in all_steps]
    made = [
        idx.Step(id, type, params, next=[ids[number + 1]] if number + 1 < len(ids) else [])
        for number, (id, type, params) in enumerate(all_steps)
    ]
    return idx.Dataflow(name="law", steps=made)
