"""FTP and FTPS on ftplib: certificates are verified, data is protected too, uploads are renamed when complete."""

from identitysync.remotes.ftp.login import Encryption, FtpLogin
from identitysync.remotes.ftp.remote import FtpRemote

__all__ = ["Encryption", "FtpLogin", "FtpRemote"]
