"""Where jobs and watermarks are kept between runs."""

from identitysync.stores.opening import open_store
from identitysync.stores.sqlite import SqliteStore

__all__ = ["SqliteStore", "open_store"]
