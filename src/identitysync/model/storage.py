"""Where flow files live: a path on this machine, or any fsspec URL."""

import os
import tempfile
from pathlib import Path
from typing import cast

from identitysync.errors import InvalidParameter, LocalStorageError


def read(source: str | Path) -> bytes:
    """Read a whole small file.

    Args:
        source: A path or fsspec URL.

    Returns:
        Its bytes.

    Raises:
        InvalidParameter: There is no such file, or it cannot be read.
    """
    try:
        if "://" in str(source):
            import fsspec

            with fsspec.open(str(source), "rb") as stream:
                return cast(bytes, stream.read())
        return Path(source).read_bytes()
    except (OSError, ValueError, ImportError) as fault:
        raise InvalidParameter(f"cannot read the flow {source}: {_reason(fault)}") from fault


def write(target: str | Path, text: str) -> None:
    """Write a whole small file; on this machine it is replaced at once or not at all.

    Args:
        target: A path or fsspec URL.
        text: What to write, in UTF-8.

    Raises:
        InvalidParameter: The URL cannot be written.
        LocalStorageError: The path cannot be written.
    """
    if "://" in str(target):
        import fsspec

        try:
            with fsspec.open(str(target), "wb") as stream:
                stream.write(text.encode())
        except (OSError, ValueError, ImportError) as fault:
            raise InvalidParameter(f"cannot write the flow {target}: {_reason(fault)}") from fault
        return
    path = Path(target)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(text.encode())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise LocalStorageError(f"cannot write {target}: {_reason(fault)}") from fault


def _reason(fault: Exception) -> str:
    return fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
