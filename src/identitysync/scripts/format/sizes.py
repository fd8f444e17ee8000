"""How large a part of a file may become."""

import math

from identitysync.errors import InvalidParameter


def check_size(megabytes: float | None) -> None:
    """Raise ``InvalidParameter`` unless a file can have that many megabytes."""
    if megabytes is not None and not (megabytes > 0 and math.isfinite(megabytes)):
        raise InvalidParameter(f"a file has more than 0 megabytes, and an end; found {megabytes}")
