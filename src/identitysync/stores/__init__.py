"""Where dataflows, schedulings, jobs and watermarks are kept: an SQLite file, or a PostgreSQL database."""

from identitysync.stores.claims import Claim, ClaimStore, Decision
from identitysync.stores.database import stamp
from identitysync.stores.flows import FlowStore
from identitysync.stores.narrowing import Narrowing, narrow
from identitysync.stores.opening import ServiceStore, open_service_store, open_store
from identitysync.stores.reading import JobReader
from identitysync.stores.runs import LEASE, RunStore
from identitysync.stores.schedulings import SchedulingStore, StoredScheduling
from identitysync.stores.settings import SettingStore

__all__ = [
    "LEASE",
    "Claim",
    "ClaimStore",
    "Decision",
    "FlowStore",
    "JobReader",
    "Narrowing",
    "RunStore",
    "SchedulingStore",
    "ServiceStore",
    "SettingStore",
    "StoredScheduling",
    "narrow",
    "open_service_store",
    "open_store",
    "stamp",
]
