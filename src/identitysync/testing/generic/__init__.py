"""A small REST store, to try generic calls on."""

from identitysync.testing.generic.emulator import HttpEmulator

__all__ = ["HttpEmulator"]
