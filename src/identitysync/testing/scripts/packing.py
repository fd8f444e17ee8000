"""Bring files through a script that turns files into files."""

import io
from collections.abc import Iterable, Iterator

from identitysync.contract import File, FileBlocks, FileFlatMapper, FileTransform, Kept, Shape


def packed(script: Shape, files: Iterable[File]) -> dict[str, bytes]:
    """Give what becomes of files.

    Args:
        script: A ``FileTransform`` or ``FileFlatMapper``.
        files: The files.

    Returns:
        Names and contents.
    """
    if isinstance(script, FileFlatMapper):
        return {name: b"".join(blocks) for name, blocks in expanded(script, files)}
    made: dict[str, bytes] = {}
    for file in files:
        if isinstance(script, FileTransform):
            target = io.BytesIO()
            with file.open() as source:
                script.open().convert(source, target)
            made[script.rename(file.name)] = target.getvalue()
    return made


def expanded(script: FileFlatMapper, files: Iterable[File]) -> Iterator[FileBlocks]:
    """Give what becomes of files, one after the other, as a run does.

    Args:
        script: The script.
        files: The files, which stay until the end.

    Yields:
        Names, and bytes to be taken before the next name is asked for.
    """
    worker = script.open()
    for file in files:
        for each in worker.expand(file):
            if not isinstance(each, Kept):
                yield each
    yield from worker.finish()
