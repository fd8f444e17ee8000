"""Constant Contact's V3 API on this machine."""

from identitysync.testing.constantcontact.emulator import ConstantContactEmulator

__all__ = ["ConstantContactEmulator"]
