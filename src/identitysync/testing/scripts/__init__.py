"""Laws that every script keeps: run them over scripts of your own.

In a test of pytest::

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
    def test_it_keeps_the_laws(law):
        law(Subject.of(Shout))

or, anywhere, ``check_script(Shout)``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from identitysync.contract import ShapeClass
from identitysync.testing.scripts.answer_laws import ANSWER_LAWS
from identitysync.testing.scripts.declaration_laws import DECLARATION_LAWS
from identitysync.testing.scripts.example_laws import EXAMPLE_LAWS
from identitysync.testing.scripts.file_laws import FILE_SCRIPT_LAWS
from identitysync.testing.scripts.other_end import OtherEnd, StartsOtherEnd
from identitysync.testing.scripts.record_laws import RECORD_LAWS
from identitysync.testing.scripts.stream_laws import STREAM_LAWS
from identitysync.testing.scripts.subject import Subject

__all__ = [
    "ANSWER_LAWS",
    "DECLARATION_LAWS",
    "EXAMPLE_LAWS",
    "FILE_SCRIPT_LAWS",
    "LAWS",
    "RECORD_LAWS",
    "STREAM_LAWS",
    "OtherEnd",
    "StartsOtherEnd",
    "Subject",
    "check_script",
]

LAWS = (*DECLARATION_LAWS, *EXAMPLE_LAWS, *RECORD_LAWS, *ANSWER_LAWS, *FILE_SCRIPT_LAWS, *STREAM_LAWS)


def check_script(
    script: ShapeClass,
    params: Mapping[str, Any] | None = None,
    undone_by: Subject | None = None,
    other_end: StartsOtherEnd | None = None,
    large_file: Callable[[], Iterable[bytes]] | None = None,
) -> None:
    """Try all laws, one after the other; those that concern scripts of another shape are passed over.

    Args:
        script: The class that ``@script`` made.
        params: Parameters as in a flow, for laws that run the script; else those of its examples are taken.
        undone_by: The script that makes the input of its output again, where there is one.
        other_end: Starts the system that a look-up or record writer speaks to.
        large_file: Gives a file of at least 24 MB for a parser whose files no formatter writes.

    Raises:
        BrokenLaw: One of them is broken.
    """
    subject = Subject.of(script, params, undone_by, other_end, large_file)
    for law in LAWS:
        law(subject)
