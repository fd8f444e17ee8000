"""A client of Mailchimp's Marketing API 3.0: the members of an audience.

It follows https://mailchimp.com/developer/marketing/api/ (List Members, Lists) and, for errors and limits,
https://mailchimp.com/developer/marketing/docs/errors/ and .../docs/fundamentals/.
"""

from identitysync.platforms.mailchimp.audience import Audience
from identitysync.platforms.mailchimp.client import BATCH, PAGE, MailchimpClient
from identitysync.platforms.mailchimp.members import STATUSES
from identitysync.platforms.mailchimp.writing import AudienceWriter

__all__ = ["BATCH", "PAGE", "STATUSES", "Audience", "AudienceWriter", "MailchimpClient"]
