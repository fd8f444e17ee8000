"""Send rejected records through again, each from the step that rejected it."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from identitysync.contract import File, FileReader, Parser, RecordReader, Rejected, Services, script, spec_of
from identitysync.errors import FormatError, InvalidParameter
from identitysync.model import Dataflow, Step
from identitysync.registry import discover
from identitysync.values import Record, json_value


@script("replay.records", summary="Stand for the records that are replayed.")
class _Records(RecordReader):
    def read(self, services: Services) -> Iterator[Record | Rejected]:
        return iter(())


@script("replay.files", summary="Stand for the rows that are replayed.")
class _Files(FileReader):
    def files(self, services: Services) -> Iterator[File]:
        return iter(())


def prepare_replay(flow: Dataflow, dead_letters: str | Path | None) -> tuple[Dataflow, dict[str, Iterator[Any]]]:
    """Put a source before each step that has dead letters.

    Args:
        flow: The flow.
        dead_letters: The file of dead letters.

    Returns:
        The flow with these sources, and what each of them gives.

    Raises:
        InvalidParameter: There are no dead letters, or they belong to another flow.
    """
    if dead_letters is None:
        raise InvalidParameter("there is nothing to replay: the job has no dead letters")
    path = Path(dead_letters)
    if not path.is_file():
        raise InvalidParameter(f"there are no dead letters at {path}")
    inputs: dict[str, Iterator[Any]] = {}
    for id in _steps_in(path):
        step = _find(flow, id, path)
        rows = _is_parser(step)
        source = Step(f"replay of {id}", _Files if rows else _Records, next=[id])
        inputs[source.id] = _files(path, id) if rows else _records(path, id)
        flow = Dataflow(name=flow.name, steps=(*flow.steps, source), id=flow.id)
    if not inputs:
        raise InvalidParameter(f"there is nothing to replay: {path} is empty")
    return flow, inputs


def _find(flow: Dataflow, id: str, path: Path) -> Step:
    try:
        return flow.step(id)
    except InvalidParameter as fault:
        raise InvalidParameter(f"{path} does not belong to this flow: {fault}") from fault


def _is_parser(step: Step) -> bool:
    spec = spec_of(step.script) if step.script else None
    if spec is None:
        found = discover().get(step.type)
        spec = found.spec if found is not None and not found.problem else None
    return spec is not None and issubclass(spec.cls, Parser)


def _letters(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                letter = json_value(line)
                yield {"step": letter["step"], "record": letter["record"]}
            except (ValueError, TypeError, KeyError) as fault:
                raise FormatError("this is no dead letter", file=str(path), line=number) from fault


def _steps_in(path: Path) -> list[str]:
    return list(dict.fromkeys(letter["step"] for letter in _letters(path)))


def _records(path: Path, step: str) -> Iterator[Record]:
    return (letter["record"] for letter in _letters(path) if letter["step"] == step)


def _files(path: Path, step: str) -> Iterator[File]:
    """Make a small file of each rejected row: the header, where there is one, and the row's text."""
    for record in _records(path, step):
        text = str(record.get("_text", ""))
        header = record.get("_header")
        if not text:
            raise InvalidParameter(
                f"line {record.get('_line')} of {record.get('_fileName')} was rejected as a whole file "
                f"({json.dumps(step)}); read the file again instead of replaying it"
            )
        whole = text if header is None else f"{header}\n{text}"
        # the mark tells the parser that this is UTF-8, whatever charset the file had
        content = codecs.BOM_UTF8 + (whole + "\n").encode("utf-8", "surrogatepass")
        yield File(str(record.get("_fileName", "replay")), content)
