"""How large a part of a file may become."""

from identitysync.errors import InvalidParameter


def check_size(megabytes: float | None) -> None:
    """Raise ``InvalidParameter`` unless a file can have that many megabytes."""
    if megabytes is not None and not megabytes > 0:
        raise InvalidParameter(f"a file has more than 0 megabytes; found {megabytes}")
