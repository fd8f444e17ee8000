"""Open the store that a caller names."""

from pathlib import Path

from identitysync.contract import Store
from identitysync.errors import StoreError
from identitysync.stores.sqlite import SqliteStore


def open_store(place: str | Path) -> Store:
    """Open a store.

    Args:
        place: The path of an SQLite file, which is made when it is missing, or ``sqlite:///`` and the path.

    Returns:
        The store; close it when it is no longer needed.

    Raises:
        StoreError: It cannot be opened.
    """
    text = str(place)
    scheme, separator, path = text.partition("://")
    if not separator:
        return SqliteStore(Path(text))
    if scheme == "sqlite":
        return SqliteStore(Path(path.removeprefix("/")))
    raise StoreError(f"a store is the path of an SQLite file; {scheme}:// addresses are not known")
