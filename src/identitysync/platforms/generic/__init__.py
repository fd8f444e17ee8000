"""Any HTTP API, told by parameters: where records are read page by page, or sent one by one or in batches."""

from identitysync.platforms.generic.holes import holes
from identitysync.platforms.generic.login import examine_auth, login_for
from identitysync.platforms.generic.paging import Paging, PagingKind, examine_paging
from identitysync.platforms.generic.params import Auth, AuthKind, CallParams, Method, check_connections
from identitysync.platforms.generic.reading import AnswerFormat, read_records
from identitysync.platforms.generic.results import Results, examine_results
from identitysync.platforms.generic.sending import Sending, around, check_batch_size, check_envelope, writer
from identitysync.platforms.generic.template import BodyFormat, body_template

__all__ = [
    "AnswerFormat",
    "Auth",
    "AuthKind",
    "BodyFormat",
    "CallParams",
    "Method",
    "Paging",
    "PagingKind",
    "Results",
    "Sending",
    "around",
    "body_template",
    "check_batch_size",
    "check_connections",
    "check_envelope",
    "examine_auth",
    "examine_paging",
    "examine_results",
    "holes",
    "login_for",
    "read_records",
    "writer",
]
