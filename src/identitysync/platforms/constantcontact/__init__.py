"""Constant Contact, by its V3 API: contacts of lists, read page by page, imported many at once or signed up singly."""

from identitysync.platforms.constantcontact.client import ConstantContact
from identitysync.platforms.constantcontact.params import ConstantContactParams, examine_login
from identitysync.platforms.constantcontact.reading import Status, read_contacts
from identitysync.platforms.constantcontact.writing import Permission, contact_writer

__all__ = [
    "ConstantContact",
    "ConstantContactParams",
    "Permission",
    "Status",
    "contact_writer",
    "examine_login",
    "read_contacts",
]
