"""Several real processes on one store, killed and frozen at random: each slot runs once, and no file is half or twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import settings

import identitysync as idx

KILLS, JOBS = (60, 200) if settings.default.max_examples > 1000 else (2, 6)
"""More of both in the session ``torture``."""

SERVE = """
import logging, sys
import identitysync as idx
logging.basicConfig(level=logging.WARNING)
service = idx.IdentitySync(sys.argv[1], lease=float(sys.argv[2]), pauses=[0.1] * 50)
print("ready", flush=True)
service.serve_forever(workers=2, poll=0.05)
"""


@pytest.fixture
def start(place, tmp_path_factory):
    """Start a process that serves the store; what it leaves when it is killed goes away with the test's folders."""
    started, spools = [], str(tmp_path_factory.mktemp("spools"))

    def start(lease):
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, place, str(lease)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": spools},
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition, seconds=100):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def test_processes_that_are_killed_at_random_lose_and_double_nothing(place, start, slow_flow, tmp_path):
    luck = random.Random(1)
    with idx.IdentitySync(place) as service:
        id = service.create_dataflow(slow_flow)
        processes = [start(2) for _ in range(2)]
        for number in range(JOBS):
            service.create_scheduling(idx.Scheduling(name=f"{number}", dataflow_id=id, full_extract=True))

        def jobs():
            return service.search("SELECT * FROM idx_job_status")

        def is_done():
            return [job.status for job in jobs()] == ["succeeded"] * JOBS

        for _ in range(KILLS):
            wait_for(lambda: service.status(id)[0].running or is_done())
            time.sleep(luck.uniform(0, 0.5))
            victim = luck.choice(processes)
            victim.kill()
            processes.remove(victim)
            processes.append(start(2))
        wait_for(is_done)
        assert len({job.scheduling_id for job in jobs()}) == JOBS
        assert any(job.attempt_number > 1 for job in jobs())
        files = {path.name: path.read_text() for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")}
        assert sorted(files) == sorted(f"{job.id}.json" for job in jobs())
        assert all(len({row["UID"] for row in json.loads(text)}) == 1000 for text in files.values())
        assert all([file.name for file in job.files] == [f"{job.id}.json"] for job in jobs())
        assert service.get_dataflow(id).last_runtime in {job.start_time for job in jobs()}
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        _, told = process.communicate(timeout=30)
        assert (process.returncode, "Traceback" in told) == (0, False), told


def test_a_frozen_process_that_wakes_up_late_is_fenced_off(place, start, slow_flow, tmp_path):
    with idx.IdentitySync(place) as service:
        id = service.create_dataflow(slow_flow)
        frozen = start(2)
        service.create_scheduling(idx.Scheduling(name="n", dataflow_id=id, full_extract=True))

        def job():
            return service.search("SELECT * FROM idx_job_status")[0]

        wait_for(lambda: service.status(id)[0].running)
        time.sleep(0.3)
        frozen.send_signal(signal.SIGSTOP)
        start(2)
        wait_for(lambda: job().status == "succeeded")
        done = job()
        (file,) = (tmp_path / "out").iterdir()
        published = file.stat()
        frozen.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        frozen.send_signal(signal.SIGTERM)
        _, told = frozen.communicate(timeout=30)

        assert "another process has taken the job over" in told or "has lost its place" in told
        assert (job(), done.attempt_number > 1) == (done, True)
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (published.st_ino, published.st_mtime_ns)
        assert list((tmp_path / "out").iterdir()) == [file]
