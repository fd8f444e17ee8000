"""Processes that do the work, watched for how much they write."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from identitysync.errors import FormatError

_LOOK: Final = 0.1
"""Seconds between two looks at how large the output has become."""


def ended(
    command: Sequence[str], message: bytes, output: Path, max_bytes: int | None, environment: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Run a process to its end, unless it writes too much.

    Args:
        command: The program and its arguments.
        message: What it reads on its standard input.
        output: The file that it writes.
        max_bytes: How many bytes that may have; None for any number.
        environment: Its environment.

    Returns:
        How it ended, and what it wrote on its standard output and error.

    Raises:
        FormatError: It wrote more; it is ended then.
    """
    with _process(command, environment) as process:
        waiting: bytes | None = message
        while True:
            try:
                out, noise = process.communicate(waiting, timeout=_LOOK)
                break
            except subprocess.TimeoutExpired:
                waiting = None
                _measure(output, max_bytes)
    _measure(output, max_bytes)
    return process.returncode, out, noise


@contextmanager
def _process(command: Sequence[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(  # noqa: S603 - programs and arguments are those of this package
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _measure(path: Path, max_bytes: int | None) -> None:
    if max_bytes is not None and path.exists() and path.stat().st_size > max_bytes:
        raise FormatError(f"the decrypted file grows to more than {max_bytes} bytes; it may be a bomb")
