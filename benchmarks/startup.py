"""How long the library takes to import, and to check a flow, above a bare interpreter. ``python benchmarks/startup.py``."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9


def median(*command: str) -> float:
    """Give the median time of a command in milliseconds, after one round that does not count."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[1:])


def thirty_steps() -> str:
    fields = [{"field": "a", "expression": "b eq 'x' ? true : false"}]
    ids = [f"step {number}" for number in range(27)]
    steps = [
        {"id": "read", "type": "datasource.read.gigya.account", "params": {"select": "UID, profile"}, "next": ids[:1]}
    ]
    for number, id in enumerate(ids):
        params = {"language": "jexl", "fields": fields}
        steps.append(
            {"id": id, "type": "field.evaluate", "params": params, "next": ids[number + 1 : number + 2] or ["dsv"]}
        )
    steps.append(
        {"id": "dsv", "type": "file.format.dsv", "params": {"fileName": "x", "columnSeparator": ","}, "next": ["sftp"]}
    )
    sftp = {"host": "h", "username": "u", "password": "${env:P}"}
    steps.append({"id": "sftp", "type": "datasource.write.sftp", "params": sftp})
    return json.dumps({"name": "thirty", "steps": steps})


def main() -> None:
    bare = median(sys.executable, "-c", "pass")
    package = median(sys.executable, "-c", "import identitysync")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flow.json"
        path.write_text(thirty_steps())
        check = median(sys.executable, "-m", "identitysync", "check", str(path))
    print(f"bare interpreter            {bare:6.0f} ms")
    print(f"import identitysync         {package - bare:6.0f} ms above it")
    print(f"identitysync check, 30 steps {check:5.0f} ms in all")


if __name__ == "__main__":
    main()
