"""What a store of dataflows and jobs cannot do."""

from typing import Final

from identitysync.errors.root import IdentitySyncError


class StoreError(IdentitySyncError):
    """The store of dataflows, schedulings and jobs cannot be opened or written."""


class NotStored(StoreError):
    """The store has no dataflow, scheduling or job with that id."""


class LeaseLost(StoreError):
    """Another process has taken this job over, because this one gave no sign of life for too long."""


class RedundantOperation(IdentitySyncError):
    """Refuse to store what is stored already.

    Attributes:
        code: The original's code for it, 403200.
    """

    code: Final = 403200
