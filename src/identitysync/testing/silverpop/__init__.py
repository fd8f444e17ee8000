"""Acoustic Campaign (Silverpop) on this machine, with its SFTP server: databases, imported and exported."""

from identitysync.testing.silverpop.emulator import SilverpopEmulator

__all__ = ["SilverpopEmulator"]
