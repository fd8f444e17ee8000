"""Choose files by name, put them in order, and say what was found."""

from collections.abc import Iterable, Iterator

from identitysync.contract import Finding, Log
from identitysync.languages.java_regex import compile_regex
from identitysync.remotes import Entry, Order, SortBy, sorted_entries


def check_name_regex(text: str) -> Iterator[Finding]:
    """Compile a regular expression for file names, and warn when it looks like a glob."""
    if text:
        compile_regex(text)
    if text.startswith("*"):
        yield Finding(
            "glob", f"{text!r} looks like a glob; it is a Java regular expression", r"write .*\.csv for *.csv"
        )


def chosen(entries: Iterable[Entry], regex: str, by: SortBy, order: Order, log: Log, place: str) -> list[Entry]:
    """Choose the files whose whole name fits a regular expression, in order.

    Args:
        entries: What there is.
        regex: A Java regular expression; empty chooses all.
        by: By what they are ordered.
        order: In which direction.
        log: Is told when nothing fits.
        place: Where that is, for the log.

    Returns:
        The files.
    """
    there = list(entries)
    pattern = compile_regex(regex) if regex else None
    found = [entry for entry in there if pattern is None or pattern.full_match(entry.name)]
    if not found:
        names = ", ".join(sorted(entry.name for entry in there)[:5]) or "nothing"
        wanted = f"no file fits {regex!r}" if regex else "there is no file"
        log.info(f"{wanted} in {place}; there is {names}" + (" …" if len(there) > 5 else ""))
    return sorted_entries(found, by, order)
