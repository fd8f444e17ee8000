"""Pages in Markdown."""

import json
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from identitysync.contract import Example, ParamSpec, params_of
from identitysync.registry import Registry, ScriptDescription
from identitysync.values import FieldPath, Secret

_SHAPES = {
    "FileReader": "brings files", "RecordReader": "brings records", "FileTransform": "files become files",
    "FileFlatMapper": "files become any number of files",
    "Parser": "files become records", "Mapper": "records become records", "FlatMapper": "records become records",
    "Router": "records go different ways", "Lookup": "records are completed", "Formatter": "records become files",
    "FileWriter": "files are delivered", "RecordWriter": "records are written",
}  # fmt: skip


def script_index(registry: Registry) -> str:
    """Write the page that lists all scripts.

    Args:
        registry: The scripts.

    Returns:
        The page.
    """
    rows = [f"| [{type}]({type}.md) | {_cell(each.summary)} |" for type, each in registry.items()]
    tree = ["```{toctree}", ":hidden:", "", *registry, "```"]
    return "\n".join(["# Scripts", "", "| type | what it does |", "|---|---|", *rows, "", *tree, ""])


def script_page(script: ScriptDescription) -> str:
    """Write the page of one script.

    Args:
        script: The script.

    Returns:
        The page.
    """
    if script.problem:
        return f"# {script.type}\n\nThis script cannot be used: {script.problem}\n"
    spec = script.spec
    parts = [f"# {spec.type}", spec.summary, spec.doc, f"*{_SHAPES[spec.shape.__name__].capitalize()}.*"]
    if script.package != "identitysync":
        parts.append(f"From the package `{script.package}`.")
    parts.append(_table(spec.params) if spec.params else "It has no parameters.")
    for param in spec.params:
        entry = _entry_of(param.type)
        if entry is not None:
            each = "Each entry of" if typing.get_origin(param.type) is list else "What stands in"
            parts += [f"{each} `{param.wire}`:", _table(params_of(entry))]
    if spec.examples:
        parts.append("## Examples")
        parts += [_example(spec.type, example) for example in spec.examples]
    return "\n\n".join(part for part in parts if part) + "\n"


def type_words(kind: Any) -> str:
    """Say in words which values a parameter takes.

    Args:
        kind: The type of its declaration.

    Returns:
        The words.
    """
    origin = typing.get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(type_words(each) for each in typing.get_args(kind) if each is not type(None))
    if origin in {list, tuple}:
        return f"list of {type_words(typing.get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{each.value}`" for each in kind)
    names = {
        str: "text", bool: "true or false", int: "whole number", float: "number", FieldPath: "path",
        Secret: "secret text", dict: "object", Any: "anything",
    }  # fmt: skip
    return names.get(kind, "entry" if attrs.has(kind) else str(kind))


def _table(params: tuple[ParamSpec, ...]) -> str:
    lines = ["| parameter | type | default | meaning |", "|---|---|---|---|"]
    for each in params:
        default = "**required**" if each.required else f"`{_json(_plain(each.default))}`"
        notes = [each.doc]
        if each.secret:
            notes.append("Also `${env:NAME}`, `${file:PATH}`, `${keyring:SERVICE/USER}`.")
        if each.variables:
            notes.append("Variables are expanded.")
        if each.example is not None:
            notes.append(f"Example: `{_json(each.example)}`")
        lines.append(f"| `{each.wire}` | {type_words(each.type)} | {default} | {_cell(' '.join(notes))} |")
    return "\n".join(lines)


def _example(type: str, example: Example) -> str:
    step = {"id": type.rpartition(".")[2], "type": type} | ({"params": example.params} if example.params else {})
    parts = [f"{example.doc[:1].upper()}{example.doc[1:]}:", f"```json\n{_json(step, indent=2)}\n```"]
    for words, shown in (("From", example.before), ("comes", example.after)):
        if shown is not None:
            parts += [words, f"```text\n{_shown(shown)}\n```"]
    return "\n\n".join(parts)


def _shown(what: Any) -> str:
    """Write records, the text of a file, files with their names, or records with the steps that get them."""
    if isinstance(what, str):
        return what
    if isinstance(what, Mapping):
        return "\n".join(f"{name}: {_content(content)}" for name, content in what.items())
    return "\n".join(_json(record) for record in what)


def _content(content: Any) -> str:
    if content is None:
        return "…"
    if isinstance(content, list | tuple):
        return ", ".join(_json(record) for record in content)
    return _json(content) if isinstance(content, str) else f"{len(content)} bytes"


def _entry_of(kind: Any) -> type | None:
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and attrs.has(part) and part not in {FieldPath, Secret}:
            return part
    return None


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
