"""An emulator of Gigya's REST API: signatures, envelopes, cursors, error codes and bad days, as the documentation says.

The public pages that it follows are SAP's for ``accounts.search``, ``accounts.setAccountInfo``,
``accounts.getAccountInfo``, ``accounts.importFullAccount``, ``accounts.importLiteAccount``, ``accounts.deleteAccount``,
and "Signing requests".
"""

from identitysync.testing.gigya.emulator import GigyaEmulator
from identitysync.testing.gigya.faults import Faults
from identitysync.testing.gigya.site import EmulatedSite

__all__ = ["EmulatedSite", "Faults", "GigyaEmulator"]
