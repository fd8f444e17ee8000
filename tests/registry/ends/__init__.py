"""The other ends of look-ups and record writers: a module for each system, an entry for each script.

Such a module has a mapping ``ENDS``: a step's type, and a context manager without arguments that starts the system's
emulator and gives an ``OtherEnd``: parameters that reach it, records that it takes and records that it refuses.
"""

from importlib import import_module
from pkgutil import iter_modules

MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
ENDS = {type: end for module in MODULES for type, end in module.ENDS.items()}
