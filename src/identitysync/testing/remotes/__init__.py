"""Laws that every place for files keeps: run them over a remote of your own.

In a test of pytest::

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
    def test_it_keeps_the_laws(law, ground):
        law(ground)

or, anywhere, ``check_remote(ground)``.
"""

from identitysync.testing.remotes.access_laws import ACCESS_LAWS
from identitysync.testing.remotes.drop_laws import DROP_LAWS
from identitysync.testing.remotes.file_laws import FILE_LAWS
from identitysync.testing.remotes.ground import BrokenLaw, Ground

__all__ = ["ACCESS_LAWS", "DROP_LAWS", "FILE_LAWS", "LAWS", "BrokenLaw", "Ground", "check_remote"]

LAWS = (*FILE_LAWS, *DROP_LAWS, *ACCESS_LAWS)


def check_remote(ground: Ground) -> None:
    """Try all laws, one after the other; those for which the ground offers nothing are passed over.

    Args:
        ground: Opens the remote, well and badly.

    Raises:
        BrokenLaw: One of them is broken.
    """
    for law in LAWS:
        law(ground)
