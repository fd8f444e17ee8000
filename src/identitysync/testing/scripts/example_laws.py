"""Worked examples are there, and do what they say."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from identitysync.contract import (
    Example,
    File,
    FileFlatMapper,
    FileTransform,
    FlatMapper,
    Formatter,
    Lookup,
    Mapper,
    Parser,
    Router,
    Shape,
)
from identitysync.errors import Severity
from identitysync.testing.remotes.ground import expect
from identitysync.testing.scripts.packing import packed
from identitysync.testing.scripts.subject import Subject
from identitysync.values import Record, copy_records


def examples_are_accepted(subject: Subject) -> None:
    """The parameters of every example pass a check without a word, but for what they leave open on purpose."""
    for example in subject.spec.examples:
        _, faults = subject.bound(example.params)
        bad = [str(fault) for fault in faults if fault.severity is not Severity.INFO]
        expect(not bad, f"the example {example.doc!r} is faulty: {'; '.join(bad)}")


def there_is_a_worked_example(subject: Subject) -> None:
    """A script that needs no world shows what becomes of something; one that needs secrets cannot."""
    if subject.cls.edge or any(param.secret and param.required for param in subject.spec.params):
        return
    worked = any(example.before is not None for example in subject.spec.examples)
    expect(worked, "no example has an input and an output")


def examples_do_what_they_say(subject: Subject) -> None:
    """What an example shows coming out is what comes out."""
    for example in subject.spec.examples:
        if example.before is None:
            continue
        script = subject.build(example.params)
        got = _outcome(script, example)
        expect(got == example.after, f"the example {example.doc!r} gives {got!r} instead of {example.after!r}")


def _outcome(script: Shape, example: Example) -> Any:
    before: Any = example.before
    match script:
        case Mapper():
            worker = script.open()
            return [out for out in map(worker.map, copy_records(before)) if out is not None]
        case FlatMapper():
            flat = script.open()
            results = [each for record in copy_records(before) for each in flat.expand(record)]
            got = [each for each in (*results, *flat.finish()) if isinstance(each, dict)]
            _close(flat, script)
            return got
        case Router():
            router = script.open()
            return {way: [each for each in before if way in router.route(each)] for way in cast(Any, example.after)}
        case Lookup():
            return script.look_up(copy_records(before), cast(Any, None))
        case Parser():
            return list(script.parse(File("f", before.encode())))
        case Formatter():
            return written(script, before).decode()
        case FileTransform() | FileFlatMapper():
            wanted: Any = example.after
            return {name: _like(content, wanted.get(name)) for name, content in packed(script, _files(before)).items()}
    return None


def written(script: Formatter, records: list[Record]) -> bytes:
    """Write records into one file, each as a batch of its own.

    Args:
        script: The formatter.
        records: The records.

    Returns:
        The file.
    """
    encoder = script.open().encoder()
    encoder.start()
    made = [(encoder.encode([record]), encoder.layout()) for record in records]
    blocks = [block if at == encoder.layout() else encoder.adapt(block, at) for block, at in made]
    return encoder.start() + encoder.joint.join(blocks) + encoder.finish()


def _files(told: Mapping[str, str | bytes]) -> list[File]:
    return [File(name, content.encode() if isinstance(content, str) else content) for name, content in told.items()]


def _like(content: bytes, wanted: str | bytes | None) -> str | bytes | None:
    """Show content as the example shows it; None where it does not."""
    if wanted is None:
        return None
    return content.decode(errors="replace") if isinstance(wanted, str) else content


def _close(worker: Any, script: Shape) -> None:
    if worker is not script and hasattr(worker, "close"):
        worker.close()


EXAMPLE_LAWS: Final[tuple[Callable[[Subject], None], ...]] = (
    examples_are_accepted,
    there_is_a_worked_example,
    examples_do_what_they_say,
)
