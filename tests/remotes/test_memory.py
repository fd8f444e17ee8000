"""Transfers need no more memory for a large file than for a small one: 1 GB in the profile ``long``, else a tenth."""

import json
import os
import subprocess
import sys

import attrs
import pytest
from hypothesis import settings

LONG = settings.get_current_profile_name() == "long"
MEGABYTES = 1000 if LONG else 100
BOUND = 64
"""Megabytes above what a small file needs: a part of 16 MiB, and its copies on the way through s3fs and below."""

CLIENT = """
import importlib, json, os, resource, sys
from pathlib import Path
from identitysync.values import Secret
from identitysync.world.clock import SystemClock

room, names, how, size, folder = json.loads(sys.argv[1])
module = importlib.import_module(f"identitysync.remotes.{room}")
login, remote = (getattr(module, name) for name in names)
login = login(**{key: Secret(value) if secret else value for key, (value, secret) in how.items()})

def transfer(count):
    source, target = Path(folder, "source"), Path(folder, "target")
    with source.open("wb") as stream:
        stream.truncate(count)
    with remote(login, SystemClock()) as there:
        there.stage(source, "box/large").publish()
        with target.open("wb") as stream:
            got = there.fetch("box/large", stream)
        assert got == count == target.stat().st_size
        there.delete("box/large")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

small = transfer(1000)
print(transfer(size) - small)
"""


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="what a process needs is told in kilobytes on Linux alone")
@pytest.mark.parametrize("kind", ["ftp", "ftps", "s3", "azure", "gcs"] if LONG else ["ftps", "s3"])
def test_a_large_file_needs_no_more_memory_than_a_small_one(kind, request, tmp_path):
    have = request.getfixturevalue
    if kind in {"ftp", "ftps"}:
        server = have("serve_ftp")(certificate=have("certificate") if kind == "ftps" else None)
        room, names, login = "ftp", ("FtpLogin", "FtpRemote"), server.login(timeout=60.0)
    elif kind == "s3":
        room, names, login = "s3", ("S3Login", "S3Remote"), have("s3").login(have("bucket"))
    elif kind == "azure":
        room, names, login = "azure", ("AzureLogin", "AzureRemote"), have("azurite").login(have("container"))
    else:
        room, names, login = "gcs", ("GcsLogin", "GcsRemote"), have("gcs").login(have("gcs_bucket"))
    from identitysync.values import Secret

    how = attrs.asdict(login, recurse=False)
    how = {
        key: (value.reveal() if isinstance(value, Secret) else value, isinstance(value, Secret))
        for key, value in how.items()
    }
    given = json.dumps([room, names, how, MEGABYTES * 1_000_000, str(tmp_path)])
    patch = ""
    if kind == "gcs":
        from identitysync.remotes.gcs import files

        patch = f"from identitysync.remotes.gcs import files; files.TOKEN_ADDRESS = {files.TOKEN_ADDRESS!r}\n"
    ran = subprocess.run(
        [sys.executable, "-c", patch + CLIENT, given], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert ran.returncode == 0, ran.stderr
    growth = int(ran.stdout)
    assert growth < BOUND, growth
