"""What starts and stops servers of tests, and the clock that they are tested with."""

import socket
import subprocess
import time

import pytest

from identitysync.world.clock import SystemClock


class QuickClock(SystemClock):
    """A clock whose pauses are over at once."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    """Wait until a process listens."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"{process.args[0]} does not start ({process.poll()})")
            time.sleep(0.05)
        else:
            return


def stop(process):
    """End a process that was started here."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)
