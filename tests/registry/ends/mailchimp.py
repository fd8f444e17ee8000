"""A Mailchimp audience with a member who has left; on its bad day it takes no calls for a moment."""

from contextlib import contextmanager

from identitysync.testing import MailchimpEmulator
from identitysync.testing.scripts import OtherEnd

GOOD = [{"email_address": f"p{n}@people.example", "FNAME": "Łódź", "wants": n % 2 == 0} for n in range(5)]
BAD = [
    {"email_address": "someone@refused", "wants": True},
    {"email_address": "no address", "wants": True},
    {"email_address": None, "wants": False},
    {"wants": True},
]


@contextmanager
def audience():
    with MailchimpEmulator(refuse="@refused") as mailchimp:
        access = {"apiUrl": mailchimp.api_url, "apiKey": mailchimp.api_key, "listId": mailchimp.list_id}

        def stumble():
            mailchimp.faults.add("http_429", times=2)

        yield OtherEnd({**access, "newsletterField": "wants"}, GOOD, BAD, "email_address", stumble)


ENDS = {"datasource.write.mailchimp": audience}
