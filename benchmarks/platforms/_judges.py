"""``python -m benchmarks.platforms busy|load [NAME ...] [--records N]``: each platform's emulator in a process of its own.

``busy``: every answer takes 50 ms. The ideal is what the allowed connections would need if none ever idled, signing in
not counted; the ratio to it is printed, and must be 0.9. There are 20,000 records, or as many as fill every connection 60
times: a platform that takes thousands in a round would be judged by its signing in.

``load``: 100,000 records, one in a hundred refused by the platform, three calls in a hundred answered with 429, as many
with 500, and the answers of as many lost though all was done. Every record must have an end that is true: passed and
there, or rejected for a reason.
"""

import argparse
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

LATENCY, NEEDED = 0.05, 0.9
RECORDS, ROUNDS = 20_000, 60
SHARE = 0.03


def play(pipe: Connection, name: str, options: dict, spoilt: bool) -> None:
    """Play a platform until told to stop; answer ``arrived``."""
    module = import_module(f"benchmarks.platforms.{name}")
    with module.emulator(**options) as emulator:
        if spoilt:
            emulator.faults.add("http_429", times=-1, share=SHARE)
            emulator.faults.add("http_500", times=-1, share=SHARE)
            emulator.faults.add("lost", times=-1, share=SHARE)
        pipe.send(module.params(emulator))
        while pipe.recv() == "arrived":
            pipe.send(module.arrived(emulator))


@contextmanager
def playing(name: str, spoilt: bool = False, **options: object) -> Iterator[tuple[dict, Connection]]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=play, args=(theirs, name, options, spoilt), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send("stop")
        process.join(10)


def write(name: str, params: dict, records: int):
    """Write records by a dataflow; give the job, the seconds, and the codes of all rejects."""
    import identitysync as idx

    module = import_module(f"benchmarks.platforms.{name}")
    refused: list = []
    if hasattr(module, "steps"):
        steps, outputs = module.steps(params), {}
    else:
        kind, outputs = name.replace("external_generic", "external.generic"), {"refused": refused}
        steps = [
            idx.Step("parse", "file.parse.json", next=["write"]),
            idx.Step("write", f"datasource.write.{kind}", params, error=["refused"]),
            idx.Step("refused", "field.select", {"fields": ["_errorDetails.errorCode"]}),
        ]
    flow = idx.Dataflow(name=f"{name} under load", steps=steps)
    given = (module.record(number) for number in range(records))
    began = time.perf_counter()
    job = idx.run(flow, inputs={"parse": given}, outputs=outputs, progress=False)
    return job, time.perf_counter() - began, [each["_errorDetails"]["errorCode"] for each in refused]


def busy(name: str, records: int | None) -> bool:
    size, at_once = import_module(f"benchmarks.platforms.{name}").CALLS
    records = records or max(RECORDS, ROUNDS * size * at_once)
    with playing(name, latency=LATENCY) as (params, _):
        write(name, params, size)  # signs in, imports what it needs
    with playing(name, latency=LATENCY) as (params, _):
        job, seconds, _ = write(name, params, records)
    job.raise_for_status()
    ideal = math.ceil(records / size / at_once) * LATENCY
    print(f"busy {name}: {records} records, {size} a call, {at_once} calls at once: ideal {ideal:.2f} s, took {seconds:.2f} s,"
          f" ratio {ideal / seconds:.2f}", flush=True)  # fmt: skip
    return ideal / seconds >= NEEDED


def load(name: str, records: int | None) -> bool:
    records = records or 100_000
    refused = sum(number % 100 == 7 for number in range(records))
    with playing(name, spoilt=True, refuse="@refused[.]example$") as (params, pipe):
        job, seconds, codes = write(name, params, records)
        pipe.send("arrived")
        arrived = pipe.recv()
    step = job.steps["write"]
    unknown = sum(code == "no-answer" for code in codes)  # it may be there, and must not be sent twice
    module = import_module(f"benchmarks.platforms.{name}")
    if hasattr(module, "refusals"):
        rejected = module.refusals(job)
        received, passed, told = records, records - rejected, rejected
    else:
        received, passed, rejected, told = step.received, step.passed, step.rejected, len(codes)
    sound = (
        job.status == "succeeded"
        and received == records == passed + rejected
        and rejected == told == refused + unknown
        and passed <= arrived <= passed + unknown
    )
    print(f"load {name}: {records} records in {seconds:.1f} s: {passed} passed, {rejected} rejected ({unknown} of them"
          f" with an unknown fate), {arrived} there{'' if sound else ': WRONG, ' + job.status_details}", flush=True)  # fmt: skip
    return sound


def main() -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("judge", choices=["busy", "load"])
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments.add_argument("--records", type=int)
    told = arguments.parse_args()
    judge = busy if told.judge == "busy" else load
    if judge is busy:
        names = [name for name in names if hasattr(import_module(f"benchmarks.platforms.{name}"), "CALLS")]
    sound = [judge(name, told.records) for name in told.names or names]  # all of them, whatever the first says
    return int(not all(sound))
