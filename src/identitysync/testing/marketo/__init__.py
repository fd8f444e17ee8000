"""Marketo on this machine, as far as leads are concerned; each module names the public page that it follows."""

from identitysync.testing.marketo.emulator import MarketoEmulator

__all__ = ["MarketoEmulator"]
