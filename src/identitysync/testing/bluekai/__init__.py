"""BlueKai's User Data API on this machine."""

from identitysync.testing.bluekai.emulator import BlueKaiEmulator, Profile

__all__ = ["BlueKaiEmulator", "Profile"]
