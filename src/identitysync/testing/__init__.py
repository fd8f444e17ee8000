"""The other ends of a dataflow, on this machine: a Gigya emulator, an SFTP server, made-up people. Part of the product.

Everything listens on the loopback interface, starts by itself and stops by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from identitysync.testing.gigya import EmulatedSite, Faults, GigyaEmulator
    from identitysync.testing.people import generate_accounts
    from identitysync.testing.sftp import SftpServer

_PLACES = {
    "EmulatedSite": "identitysync.testing.gigya",
    "Faults": "identitysync.testing.gigya",
    "GigyaEmulator": "identitysync.testing.gigya",
    "SftpServer": "identitysync.testing.sftp",
    "generate_accounts": "identitysync.testing.people",
}

__all__ = ["EmulatedSite", "Faults", "GigyaEmulator", "SftpServer", "generate_accounts"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
