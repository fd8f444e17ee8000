"""Open the store that a caller names."""

import platform
from pathlib import Path

import attrs

from identitysync.errors import StoreError
from identitysync.stores.claims import ClaimStore
from identitysync.stores.database import Database
from identitysync.stores.flows import FlowStore
from identitysync.stores.reading import JobReader
from identitysync.stores.runs import LEASE, RunStore
from identitysync.stores.schedulings import SchedulingStore
from identitysync.stores.schema import prepare
from identitysync.stores.settings import SettingStore
from identitysync.stores.sqlite import SqliteDatabase


@attrs.frozen
class ServiceStore:
    """All that the service remembers, in one database.

    Attributes:
        place: Where it is, for people.
        runs: What runs remember.
        flows: Dataflows and drafts.
        schedulings: Schedulings.
        claims: Who runs what.
        jobs: Rows of jobs, for searches.
        settings: What belongs to the store itself.
    """

    place: str
    runs: RunStore
    flows: FlowStore
    schedulings: SchedulingStore
    claims: ClaimStore
    jobs: JobReader
    settings: SettingStore

    def close(self) -> None:
        """Let go of the database."""
        self.runs.close()


def open_store(place: str | Path) -> RunStore:
    """Open a store for runs.

    Args:
        place: The path of an SQLite file, which is made when it is missing, ``sqlite:///`` and the path, or
            ``postgresql://…``.

    Returns:
        The store; close it when it is no longer needed.

    Raises:
        MissingExtra: The packages for PostgreSQL are not installed.
        StoreError: It cannot be opened.
    """
    return RunStore(_open(place))


def open_service_store(place: str | Path, lease: float = LEASE) -> ServiceStore:
    """Open the same store for the service.

    Args:
        place: As for ``open_store``.
        lease: Seconds without a sign of life after which a job counts as dead.

    Returns:
        The store; close it when it is no longer needed.

    Raises:
        MissingExtra: The packages for PostgreSQL are not installed.
        StoreError: It cannot be opened.
    """
    base = _open(place)
    return ServiceStore(
        base.place, RunStore(base, lease), FlowStore(base), SchedulingStore(base),
        ClaimStore(base, lease, platform.node()), JobReader(base), SettingStore(base),
    )  # fmt: skip


def _open(place: str | Path) -> Database:
    text = str(place)
    scheme, separator, path = text.partition("://")
    base: Database
    if not separator:
        base = SqliteDatabase(Path(text).expanduser())
    elif scheme == "sqlite":
        base = SqliteDatabase(Path(path.removeprefix("/")))
    elif scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        from identitysync.stores.postgres import PostgresDatabase

        base = PostgresDatabase(f"postgresql://{path}")
    else:
        known = "the path of an SQLite file, sqlite:///… or postgresql://…"
        raise StoreError(f"a store is {known}; {scheme}:// addresses are not known")
    try:
        prepare(base)
    except BaseException:
        base.close()
        raise
    return base
