"""Carry out a plan: streaming, in bounded memory, with three fates for every record and publication at the end."""

from identitysync.executor.collector import calm_collector
from identitysync.executor.executor import WRITERS, Executor, collect_into
from identitysync.executor.pool_maker import pool_maker
from identitysync.executor.prepare import prepare, secrets_of
from identitysync.executor.region import Region, packer_of, region_of
from identitysync.executor.rejects import DeadLetters, Tolerance
from identitysync.executor.run import Run, RunServices, Tap
from identitysync.executor.spool import RunSpool, storage_error
from identitysync.executor.trace import Trace

__all__ = [
    "WRITERS",
    "DeadLetters",
    "Executor",
    "Region",
    "Run",
    "RunServices",
    "RunSpool",
    "Tap",
    "Tolerance",
    "Trace",
    "calm_collector",
    "collect_into",
    "packer_of",
    "pool_maker",
    "prepare",
    "region_of",
    "secrets_of",
    "storage_error",
]
