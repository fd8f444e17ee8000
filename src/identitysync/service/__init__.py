"""The service: dataflows that are kept, run on time and told about, as the original's IDX API did."""

from identitysync.service.mail import Smtp, Tls
from identitysync.service.service import IdentitySync

__all__ = ["IdentitySync", "Smtp", "Tls"]
