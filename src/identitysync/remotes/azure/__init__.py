"""Azure blob storage on azure-storage-blob: blocks are uploaded ahead, and make a blob once they are committed."""

from identitysync.remotes.azure.login import AzureLogin
from identitysync.remotes.azure.remote import AzureRemote
from identitysync.remotes.azure.sas import SasContainer, SasLogin

__all__ = ["AzureLogin", "AzureRemote", "SasContainer", "SasLogin"]
