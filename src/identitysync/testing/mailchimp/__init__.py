"""Mailchimp's Marketing API 3.0 on this machine, as its pages document it: the members of one audience."""

from identitysync.testing.mailchimp.emulator import MailchimpEmulator

__all__ = ["MailchimpEmulator"]
