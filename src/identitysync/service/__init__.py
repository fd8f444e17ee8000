"""The service: dataflows that are kept, run on time and told about, as the original's IDX API did."""

from identitysync.service.mail import Smtp, Tls
from identitysync.service.reach import Address, Reach, reach
from identitysync.service.service import IdentitySync

__all__ = ["Address", "IdentitySync", "Reach", "Smtp", "Tls", "reach"]
