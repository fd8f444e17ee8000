"""A real PostgreSQL server on loopback, started and stopped by a fixture, as a user without privileges."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import attrs
import pytest

PASSWORD = "pass-of-a-test"
_NUMBERS = itertools.count(1)


def _programs():
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in folders if (each / "initdb").exists() and (each / "postgres").exists()), None)


@attrs.define
class Postgres:
    """A server."""

    port: int
    programs: Path
    folder: Path
    as_user: dict
    process: subprocess.Popen | None = None

    def url(self, database="postgres"):
        return f"postgresql://idx:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self):
        """Make a schema of its own: faster than a database, and as separate."""
        import psycopg

        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as base:
            base.execute(f"CREATE SCHEMA {name}")
        return f"{self.url()}?options=-csearch_path%3D{name}"

    def start(self):
        command = [
            str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), "-k",
            str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60",
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self.as_user)
        deadline = time.monotonic() + 20
        while True:
            import psycopg

            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()[-500:]) from None
                time.sleep(0.05)

    def stop(self, number=signal.SIGINT):
        """Stop it: SIGINT closes connections first, SIGQUIT does not even clean up."""
        self.process.send_signal(number)
        self.process.wait(20)


@contextlib.contextmanager
def postgres_server():
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    as_user = {}
    folder = Path(tempfile.mkdtemp(prefix="idx-postgres-"))
    if os.getuid() == 0:  # it refuses to run as root
        names = {each.pw_name for each in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    command = [
        str(programs / "initdb"), "-D", str(folder / "data"), "-U", "idx", "--pwfile", str(folder / "password"),
        "-A", "scram-sha-256", "-E", "UTF8", "--no-sync",
    ]  # fmt: skip
    try:
        subprocess.run(
            command, check=True, capture_output=True, cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"}, **as_user
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = Postgres(port, programs, folder, as_user | {"cwd": folder})
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
