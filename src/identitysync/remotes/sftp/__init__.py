"""SFTP on paramiko: hosts are verified, every wait is bounded, uploads are renamed when they are complete."""

from identitysync.remotes.sftp.login import SftpLogin
from identitysync.remotes.sftp.remote import SftpRemote

__all__ = ["SftpLogin", "SftpRemote"]
