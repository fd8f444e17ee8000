"""What mails and webhooks say of a job: counts and names, and nothing of what the records held."""

import re
from collections import Counter
from collections.abc import Collection
from html import escape
from typing import Any, Final

from identitysync.display import html_table, table
from identitysync.model import JobStatus

_QUOTED: Final = re.compile(r"""'[^'\n]*'|"[^"\n]*"|`[^`\n]*`""")
_PERSONAL: Final = re.compile(r"[^\s@<>'\",;:()]+@[^\s@<>'\",;:()]+|\d{5,}")
_HIDDEN: Final = "…"
_COUNTS: Final = ("received", "passed", "dropped", "rejected", "emitted")


def facts(job: JobStatus) -> dict[str, Any]:
    """Give what may be told of a job to anybody.

    Args:
        job: The job.

    Returns:
        A JSON object: like the job's own, without trace, samples of rejects and addresses, and with what could stem
        from a record taken out of its details.
    """
    whole = job.to_dict()
    told = {name: value for name, value in whole.items() if name not in {"trace", "rejects", "deadLetters", "files"}}
    told["statusDetails"] = calm(job.status_details, {*job.steps, job.dataflow_name})
    told["files"] = [{"name": each.name, "size": each.size, "sha256": each.sha256} for each in job.files]
    told["rejected"] = job.rejected
    told["rejectCodes"] = {
        f"{step}: {code}": count
        for (step, code), count in Counter((each.step, each.code) for each in job.rejects).items()
    }
    return told


def calm(text: str, names: Collection[str]) -> str:
    """Take out of a text what could stem from a record: quoted words, addresses, long numbers.

    Args:
        text: The text.
        names: Words of the flow, which may stay where they are quoted.

    Returns:
        The text, with ``…`` where something was.
    """
    kept = _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in names else _HIDDEN, text)
    return _PERSONAL.sub(_HIDDEN, kept)


def subject(job: JobStatus) -> str:
    """Say in one line how a job went."""
    name = job.dataflow_name or job.dataflow_id
    again = f" (attempt {job.attempt_number})" if job.attempt_number > 1 else ""
    return f"identitysync: {name} {job.status}{again}"


def plain(job: JobStatus) -> str:
    """Write the report as text."""
    rows = [[id, *(f"{getattr(each, name):,}" for name in _COUNTS)] for id, each in job.steps.items()]
    counts = table(("step", *_COUNTS), rows, right=range(1, 6)) if rows else ""
    return "\n".join((*_lines(job), "", counts, "", *_files(job))) + "\n"


def html(job: JobStatus) -> str:
    """Write the report as HTML."""
    rows = [[id, *(f"{getattr(each, name):,}" for name in _COUNTS)] for id, each in job.steps.items()]
    first, *more = [f"<p>{escape(line)}</p>" for line in _lines(job)]
    counts = html_table(("step", *_COUNTS), rows, right=range(1, 6)) if rows else ""
    return "\n".join((f"<b>{first}</b>", *more, counts, *(f"<p>{escape(line)}</p>" for line in _files(job))))


def _lines(job: JobStatus) -> list[str]:
    told = facts(job)
    lines = [subject(job), told["statusDetails"]]
    lines += [
        f"job {job.id} on {job.host_name}, started {job.start_time:%Y-%m-%d %H:%M:%S} UTC" if job.start_time else ""
    ]
    lines += [f"{job.total_records:,} records entered, {job.rejected:,} were rejected"]
    lines += [f"rejected in {code} ({count:,} of the sample)" for code, count in told["rejectCodes"].items()]
    return [line for line in lines if line]


def _files(job: JobStatus) -> list[str]:
    return [f"delivered {each.name}: {each.size:,} bytes, sha256 {each.sha256}" for each in job.files]
