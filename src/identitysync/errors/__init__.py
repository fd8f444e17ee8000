"""Every error that the library raises on purpose, grouped by what the reader can do about it.

::

    IdentitySyncError
    ├── InvalidDataflow          mend the flow: it carries every diagnostic at once
    ├── InvalidParameter         mend the call: a script or object was built with something it cannot hold
    │   └── LeftOpen             fill in what a template leaves open
    ├── LanguageError            mend the little program: it points at line and column
    │   ├── ExpressionError      a JEXL expression
    │   ├── JavaScriptError      a script of record.evaluate
    │   ├── PatternError         a Java regular expression or date pattern
    │   └── QueryError           a query of the SQL-like language
    ├── MissingExtra             install something
    ├── PluginError              mend or remove a plugin
    ├── FormatError              mend the data: a file is not what the flow says it is
    ├── RecordRejected           (inside a run) this one record cannot go on; the run does
    ├── RemoteError              look at the other system; `retryable` tells whether a later try may work
    │   ├── AuthenticationFailed mend the credentials
    │   ├── HostNotTrusted       check the host's key or certificate
    │   ├── RemoteNotFound       mend the path
    │   ├── RemoteUnavailable    (retryable) wait and try again
    │   ├── GigyaError           an answer of Gigya with an error code
    │   └── PlatformError        an answer of another platform that refuses the call
    ├── UnsafeName               a name from outside would leave its folder
    ├── LocalStorageError        make room or mend permissions on this machine
    ├── WorkerLost               a process that did part of the work is gone: make room, or use one process
    ├── StoreError               the store cannot be used
    │   ├── NotStored            mend the id: the store has nothing of that name
    │   └── LeaseLost            somebody else has taken this job over; nothing to do
    ├── RedundantOperation       nothing to do: what is stored is the same already
    ├── TooManyRejects           look at the rejects, or allow more of them
    ├── Cancelled                somebody stopped the run
    └── JobFailed                raised by ``JobStatus.raise_for_status`` alone

All of them can be pickled, and their text never holds a secret.
"""

from identitysync.errors.data import FormatError, RecordRejected, UnsafeName
from identitysync.errors.flows import Diagnostic, InvalidDataflow, InvalidParameter, LeftOpen, Severity
from identitysync.errors.machine import LocalStorageError, MissingExtra, PluginError, WorkerLost
from identitysync.errors.programs import ExpressionError, JavaScriptError, LanguageError, PatternError, QueryError
from identitysync.errors.remotes import (
    AuthenticationFailed,
    GigyaError,
    HostNotTrusted,
    PlatformError,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
)
from identitysync.errors.root import IdentitySyncError
from identitysync.errors.runs import Cancelled, JobFailed, TooManyRejects
from identitysync.errors.stores import LeaseLost, NotStored, RedundantOperation, StoreError

__all__ = [
    "AuthenticationFailed",
    "Cancelled",
    "Diagnostic",
    "ExpressionError",
    "FormatError",
    "GigyaError",
    "HostNotTrusted",
    "IdentitySyncError",
    "InvalidDataflow",
    "InvalidParameter",
    "JavaScriptError",
    "JobFailed",
    "LanguageError",
    "LeaseLost",
    "LeftOpen",
    "LocalStorageError",
    "MissingExtra",
    "NotStored",
    "PatternError",
    "PlatformError",
    "PluginError",
    "QueryError",
    "RecordRejected",
    "RedundantOperation",
    "RemoteError",
    "RemoteNotFound",
    "RemoteUnavailable",
    "Severity",
    "StoreError",
    "TooManyRejects",
    "UnsafeName",
    "WorkerLost",
]

for _name in __all__:  # tracebacks and pickles tell the name by which everybody imports it
    globals()[_name].__module__ = __name__
