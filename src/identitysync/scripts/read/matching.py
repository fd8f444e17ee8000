"""Which files a reader takes, in which order, and what becomes of them: the parameters that all file readers share."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from identitysync.contract import Finding, Log, entry, param
from identitysync.errors import InvalidParameter
from identitysync.remotes import Entry, Order, SortBy, sorted_entries


class AfterDelivery(StrEnum):
    """What becomes of a file at its source once everything that was made of it is delivered."""

    KEEP = "keep"
    DELETE = "delete"
    ARCHIVE = "archive"


def check_name_regex(text: str) -> Iterator[Finding]:
    """Compile a regular expression for file names, and warn when it looks like a glob."""
    if text:
        from identitysync.languages.java_regex import compile_regex

        compile_regex(text)
    if text.startswith("*"):
        yield Finding(
            "glob", f"{text!r} looks like a glob; it is a Java regular expression", r"write .*\.csv for *.csv"
        )


@entry
class FileChoice:
    """Which files, and what becomes of them."""

    file_name_regex: str = param(
        default="", doc="A Java regular expression for the whole file name; empty takes all.", example=".*\\.csv",
        check=check_name_regex,
    )  # fmt: skip
    sort_by: SortBy = param(default=SortBy.TIME, doc="By what files are ordered.", example="name")
    sort_order: Order = param(default=Order.ASCENDING, doc="In which direction.", example="DESC")
    after_delivery: AfterDelivery = param(
        default=AfterDelivery.KEEP,
        doc="What becomes of a file once the run has ended well: it is kept where it is, deleted, or moved to"
        " archivePath. A run with a limit touches nothing.",
        example="archive",
    )
    archive_path: str = param(
        default="",
        doc="The folder for archived files, given like the one that is read; a name that is taken there is not reused.",
        example="archive/${now:yyyy}",
        variables=True,
    )

    def __attrs_post_init__(self) -> None:
        if self.after_delivery == AfterDelivery.ARCHIVE and not self.archive_path.strip("/"):
            raise InvalidParameter("afterDelivery is archive: archivePath must say where files go")


def chosen(entries: Iterable[Entry], choice: FileChoice, log: Log, place: str) -> list[Entry]:
    """Choose the files whose whole name fits a regular expression, in order.

    Args:
        entries: What there is.
        choice: What is wanted.
        log: Is told when nothing fits.
        place: Where that is, for the log.

    Returns:
        The files.
    """
    found = there = list(entries)
    if regex := choice.file_name_regex:
        from identitysync.languages.java_regex import compile_regex

        pattern = compile_regex(regex)
        found = [entry for entry in there if pattern.full_match(entry.name)]
    if not found:
        names = ", ".join(sorted(entry.name for entry in there)[:5]) or "nothing"
        wanted = f"no file fits {regex!r}" if regex else "there is no file"
        log.info(f"{wanted} in {place}; there is {names}" + (" …" if len(there) > 5 else ""))
    return sorted_entries(found, choice.sort_by, choice.sort_order)
