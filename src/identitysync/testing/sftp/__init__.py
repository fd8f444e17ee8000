"""An SFTP server on this machine, over one folder, with passwords, keys and bad days."""

from identitysync.testing.sftp.server import SftpServer

__all__ = ["SftpServer"]
