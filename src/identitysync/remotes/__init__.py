"""Places where files live, all with one face: list, fetch, stage and publish."""

from identitysync.remotes.base import Entry, Order, Remote, SortBy, sorted_entries
from identitysync.remotes.names import safe_name

__all__ = ["Entry", "Order", "Remote", "SortBy", "safe_name", "sorted_entries"]
