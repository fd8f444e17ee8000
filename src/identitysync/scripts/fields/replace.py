"""``field.replace``: replace what a regular expression finds."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Self

import attrs
from msgspec import UNSET

from identitysync.contract import Example, Fields, Finding, Mapper, Unfit, Value, entry, param, script
from identitysync.errors import PatternError
from identitysync.languages.java_regex import JavaRegex, compile_regex, compile_replacement
from identitysync.values import MISSING, FieldPath, Record, text_of


def check_regex(text: str) -> Iterator[Finding]:
    """Compile a regular expression, and warn when it matches the empty text."""
    if compile_regex(text).matches_empty:
        yield Finding(
            "matches-empty",
            f"the regular expression {text!r} matches the empty text, so that something is put between all characters",
            "look for an empty alternative such as (||), or a * that should be a +",
        )


@entry
class Replacement:
    """Say what is replaced in which field."""

    field: FieldPath = param(doc="The path of the field, or `*` for every field.", example="profile.firstName")
    regex: str = param(doc="What is looked for, as a Java regular expression.", example="[\\r\\n|]", check=check_regex)
    replacement: str = param(default="", doc="What takes its place; `$1` is the first group.", example=" ")


def check_replacements(entries: list[Replacement]) -> None:
    """Prove that the replacements fit; a wrong regular expression is told of where it stands."""
    for each in entries:
        try:
            regex = compile_regex(each.regex)
        except PatternError:
            continue
        compile_replacement(each.replacement, regex)


@script(
    "field.replace",
    summary="Replace what a regular expression finds in the texts of fields.",
    examples=(
        Example(
            "strip what is not ASCII, everywhere",
            {"fields": [{"field": "*", "regex": "[^\\x00-\\x7F]", "replacement": ""}]},
            [{"name": "Zoë", "profile": {"city": "Łódź"}, "age": 3}],
            [{"name": "Zo", "profile": {"city": "d"}, "age": 3}],
        ),
        Example(
            "groups",
            {"fields": [{"field": "name", "regex": "(\\w+) (\\w+)", "replacement": "$2, $1"}]},
            [{"name": "Ada Lovelace"}],
            [{"name": "Lovelace, Ada"}],
        ),
    ),
)
class Replace(Mapper):
    """Replace all matches, entry by entry.

    A field that is named and holds no text is taken by its text (`true`, `12`, compact JSON), and becomes text when
    something was replaced in it; null and missing fields stay. With `*` every text is taken, at any depth, and nothing
    else: *our choice*.
    """

    fields: list[Replacement] = param(
        doc="What is replaced where.", example=[{"field": "*", "regex": "[|\\n]", "replacement": " "}],
        check=check_replacements,
    )  # fmt: skip

    @property
    def atomic(self) -> bool:  # type: ignore[override]  # what was found can be written where it was found
        """Whether no entry can be refused: none can take too long, however long the text."""
        return all(compile_regex(each.regex).searcher is not None for each in self.fields)

    def open(self) -> Self:
        """Compile the regular expressions once."""
        return _Replacer(fields=self.fields)  # type: ignore[return-value]  # it maps as this class does

    def map(self, record: Record) -> Record | None:
        """Replace in one record; a run uses ``open`` first."""
        return self.open().map(record)

    def emit(self, fields: Fields) -> None:
        """Do the same in a function."""
        for each in self.fields:
            if each.field.text == "*":
                raise Unfit("it replaces in every field, whatever there is")
            regex = compile_regex(each.regex)
            change = regex.replacer(each.replacement)
            plain = compile_replacement(each.replacement, regex)
            letters = regex.letters or ""
            native = (letters.encode(), plain.encode()) if isinstance(plain, str) and letters.isascii() else ()
            fields.update(each.field, partial(_emit_change, fields, change, _Test.of(regex), native))


Change = Callable[[str], str]
_FEW = 3
"""Letters that are looked for one by one."""


@attrs.frozen
class _Test:
    """Tells, in code, whether a text has no match: most have none, and seeing that is all that most cost."""

    search: Callable[[str], Any] | None
    letters: str | None

    @classmethod
    def of(cls, regex: JavaRegex) -> "_Test":
        return cls(regex.searcher, regex.letters)

    def source(self, fields: Fields, text: str) -> str:
        """Give the source of the test; nothing when there is none."""
        if self.search is None:
            return ""
        found = f"{fields.constant(self.search)}({text}) is None"
        seen = [letter for letter in self.letters or "" if letter.isprintable()]
        if self.letters is None or len(seen) > _FEW:
            return found
        tests = [f"{fields.constant(letter)} not in {text}" for letter in seen]
        if len(seen) < len(self.letters):
            tests.insert(0, f"{text}.isprintable()")
        return f"({' and '.join(tests)} or {found})"


def _emit_change(fields: Fields, change: Change, test: _Test, letters: tuple[bytes, ...], value: Value) -> Value:
    if letters and letters[0] and value.kinds <= {"str", "null"}:
        native = fields.natively(value, "replace", *letters)
        if native is not None:
            return native
    source, kinds = value.source, value.kinds | {"str"}
    if value.kinds <= {"null"}:
        return value
    none = test.source(fields, source)
    if not value.kinds <= {"str", "null"}:
        made = f"{fields.constant(partial(_changed, change))}({source})"
        return value.made(
            fields, f"{source} if {source}.__class__ is str and {none} else {made}" if none else made, kinds
        )
    tests = [f"{source} is U"] if value.maybe else []
    tests += [f"{source} is None"] if "null" in value.kinds else []
    tests += [none] if none else []
    made = f"{fields.constant(change)}({source})"
    return value.made(fields, f"{source} if {' or '.join(tests)} else {made}" if tests else made, kinds)


def _changed(change: Change, value: Any) -> Any:
    if value is None or value is UNSET:
        return value
    text = value if type(value) is str else _text(value)
    changed = change(text)
    return changed if changed != text else value


@attrs.frozen
class _Replacer:
    fields: list[Replacement]
    _changes: list[tuple[FieldPath | None, Change]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        made = [
            (None if each.field.text == "*" else each.field, compile_regex(each.regex).replacer(each.replacement))
            for each in self.fields
        ]
        object.__setattr__(self, "_changes", made)

    def map(self, record: Record) -> Record:
        for path, change in self._changes:
            if path is None:
                for key, value in record.items():
                    record[key] = _everywhere(value, change)
                continue
            value = path.get(record)
            if value is None or value is MISSING:
                continue
            text = value if type(value) is str else _text(value)
            changed = change(text)
            if changed is not text and changed != text:
                path.set(record, changed)
        return record


def _text(value: Any) -> str:
    """Give the text of a value; one that JSON cannot hold, such as half a character, is left as it looks."""
    try:
        return text_of(value)
    except ValueError:
        return str(value)


def _everywhere(value: Any, change: Change) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        for key, child in value.items():
            value[key] = _everywhere(child, change)
    elif isinstance(value, list):
        value[:] = [_everywhere(child, change) for child in value]
    return value
