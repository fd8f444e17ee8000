"""What becomes of files that are packed, encrypted, and taken apart again."""

import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

from identitysync.contract import File, FileFlatMapper, FileTransform, Shape
from identitysync.errors import FormatError
from identitysync.testing.remotes.ground import BrokenLaw, expect
from identitysync.testing.scripts.packing import expanded, packed
from identitysync.testing.scripts.record_laws import FOREIGN_BYTES
from identitysync.testing.scripts.subject import Subject

_LARGE: Final = 48 << 20
_ALLOWED: Final = 16 << 20
_CONTENTS: Final = (b"", b"x", 'id,name\r\n1,"Zoë 🎉"\r\n'.encode() * 9999, bytes(3 << 20))


def foreign_bytes_are_a_clear_error(subject: Subject) -> None:
    """Whatever bytes come, a file comes out, or an error that says what was found; nothing else is raised."""
    for script in _scripts(subject):
        for content in FOREIGN_BYTES:
            try:
                packed(script, [File("a.bin", content)])
            except FormatError as fault:
                expect(len(fault.reason) > 10, f"{fault.reason!r} says too little")
            except BrokenLaw:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it raises is the finding
                expect(False, f"{content[:20]!r} raises {type(fault).__name__}: {fault}")


def another_kind_of_file_is_refused(subject: Subject) -> None:
    """What takes files apart goes by their first bytes, whatever their names are."""
    if subject.undone_by is None or not subject.packs:
        return
    for undo in _scripts(subject.undone_by):
        (name,) = list(packed(next(iter(_scripts(subject))), [File("a.csv", b"x")]))[:1]
        for content in (b"", b"id,name\n1,x\n", b"\xff" * 100):
            try:
                back = packed(undo, [File(name, content)])
            except FormatError:
                continue
            expect(False, f"{content[:20]!r} is read as {_sizes(back)}")


def another_script_undoes_it(subject: Subject) -> None:
    """What was packed comes back under its name, byte for byte, a file alone and several that come together."""
    if subject.undone_by is None or not subject.packs:
        return
    for script in _scripts(subject):
        for undo in _scripts(subject.undone_by):
            for files in ({"in/a.csv": b"x"}, {f"in/{number}.csv": each for number, each in enumerate(_CONTENTS)}):
                made = packed(script, [File(name, content) for name, content in files.items()])
                back = packed(undo, [File(name, content) for name, content in made.items()])
                expect(back == files, f"{_sizes(files)} come back as {_sizes(back)}")


def what_is_cut_off_is_an_error(subject: Subject) -> None:
    """A packed file whose end is missing is never taken for a whole one."""
    if subject.undone_by is None or not subject.packs:
        return
    for script in _scripts(subject):
        made = packed(script, [File("a.csv", _CONTENTS[2])])
        name, whole = next(iter(made.items()))
        for undo in _scripts(subject.undone_by):
            for end in (len(whole) // 2, len(whole) - 2):
                try:
                    back = packed(undo, [File(name, whole[:end])])
                except FormatError:
                    continue
                expect(False, f"{end} of {len(whole)} bytes are read as {_sizes(back)}")


def files_stream_in_bounded_memory(subject: Subject) -> None:
    """A file of 48 MB is packed, and taken apart again, within 16 MB of memory."""
    if subject.undone_by is None or not subject.packs:
        return
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder, "large")
        with large.open("wb") as stream:
            stream.truncate(_LARGE)
        undo = next(iter(_scripts(subject.undone_by)))
        for script in _scripts(subject):
            tracemalloc.start()
            try:
                made = _streamed(script, File("large", large), Path(folder, "made"))
                back = _streamed(undo, made, Path(folder, "back"))
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            expect(back.size == _LARGE, f"{_LARGE} bytes come back as {back.size}")
            expect(peak < _ALLOWED, f"it takes {peak >> 20} MB of memory for a file of {_LARGE >> 20} MB")


def _streamed(script: Shape, file: File, path: Path) -> File:
    """Bring one file through a script, into another; of several that come out the first is kept."""
    if isinstance(script, FileTransform):
        with file.open() as source, path.open("wb") as target:
            script.open().convert(source, cast(BinaryIO, target))
        return File(script.rename(file.name), path)
    name = ""
    for number, (each, blocks) in enumerate(expanded(cast(FileFlatMapper, script), [file])):
        with path.with_name(f"{path.name}{number or ''}").open("wb") as target:
            target.writelines(blocks)
        name = name or each
    return File(name, path)


def _scripts(subject: Subject) -> list[Shape]:
    return [subject.build(params) for params in subject.settings()] if subject.packs else []


def _sizes(files: dict[str, bytes]) -> dict[str, int]:
    return {name: len(content) for name, content in files.items()}


FILE_SCRIPT_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    foreign_bytes_are_a_clear_error,
    another_kind_of_file_is_refused,
    another_script_undoes_it,
    what_is_cut_off_is_an_error,
    files_stream_in_bounded_memory,
)
