"""Hand one piece of work to a process of its own, watch what it writes, and say what went wrong in our words."""

import base64
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO, Final

import attrs

from identitysync.codecs.pgp import gnupg
from identitysync.codecs.pgp.keys import first_line, require_library
from identitysync.codecs.pgp.processes import ended
from identitysync.errors import FormatError, IdentitySyncError, InvalidParameter

UNREACHED: Final = "Unexpected message structure"
"""What Sequoia's Python says of a signature below compression, which it does not look for."""

_BLOCK: Final = 1 << 20


@attrs.frozen
class Job:
    """One piece of work.

    Attributes:
        work: ``encrypt``, ``decrypt``, ``sign`` or ``verify``.
        public: Public keys, of recipients or signers.
        private: The private key.
        passphrase: What unlocks it.
        armor: Whether text is made instead of bytes.
    """

    work: str
    public: bytes = b""
    private: bytes = attrs.field(default=b"", repr=False)
    passphrase: str = attrs.field(default="", repr=False)
    armor: bool = False


def work(
    job: Job,
    source: BinaryIO,
    target: BinaryIO,
    judge: Callable[[dict[str, Any]], IdentitySyncError | None],
    *,
    max_bytes: int | None = None,
) -> None:
    """Do a piece of work in a private folder; nothing reaches the target before it has ended well.

    Args:
        job: What to do.
        source: The file.
        target: What becomes of it.
        judge: Turns the answer of the process into an error, or None when all is well.
        max_bytes: How many bytes may come out.

    Raises:
        FormatError: More would come out.
        MissingExtra: The library is not installed.
        IdentitySyncError: What ``judge`` says.
    """
    require_library()
    with tempfile.TemporaryDirectory(prefix="identitysync-pgp-") as folder:
        before, after = _on_disk(source, Path(folder, "before")), Path(folder, "after")
        answer = _done(job, before, after, max_bytes)
        if job.work == "decrypt" and job.public and answer.get("error", "").startswith(UNREACHED):
            answer = gnupg.decrypt(job.private, job.passphrase, job.public, before, after, max_bytes) or answer
        fault = judge(answer)
        if fault is not None:
            raise fault
        with after.open("rb") as result:
            copyfileobj(result, target, _BLOCK)


def _on_disk(source: BinaryIO, copy: Path) -> Path:
    """Give the path of the file that is read; what comes from elsewhere is copied first."""
    name = getattr(source, "name", None)
    if isinstance(source, io.BufferedReader) and isinstance(name, str) and source.tell() == 0:
        return Path(name).absolute()
    with copy.open("wb") as stream:
        copyfileobj(source, stream, _BLOCK)
    return copy


def _done(job: Job, before: Path, after: Path, max_bytes: int | None) -> dict[str, Any]:
    told = {
        "work": job.work, "input": str(before), "output": str(after), "armor": job.armor, "passphrase": job.passphrase,
        "public": _text(job.public), "private": _text(job.private), "sys_path": sys.path,
    }  # fmt: skip
    command = [sys.executable, "-I", str(Path(__file__).with_name("worker.py"))]
    # without memory maps the file is read piece by piece, and memory stays where it is
    environment = {**os.environ, "SEQUOIA_DONT_MMAP": "1"}
    code, out, noise = ended(command, json.dumps(told).encode(), after, max_bytes, environment)
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        last = noise.decode(errors="replace").strip().rpartition("\n")[2]
        return {"stage": "process", "error": f"its process ended with {code}: {last}"}
    if "error" in answer:
        answer["error"] = first_line(Exception(answer["error"])).replace(str(before), "the file")
    return answer


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def broken(answer: dict[str, Any], doing: str) -> IdentitySyncError | None:
    """Judge what may go wrong in every piece of work.

    Args:
        answer: What the process said.
        doing: What it was doing, for the message.

    Returns:
        The error, or None.
    """
    if answer.get("stage") == "key":
        reason = answer["error"]
        return InvalidParameter(f"the private key cannot be used; check it and its passphrase ({reason})")
    if "error" in answer:
        return FormatError(f"the file cannot be {doing}: {answer['error']}")
    return None
