"""The native kernel: reads simple input into tables of cells, and writes tables, without Python objects on the way.

It is an extension in C that is built where there is a compiler. Without it everything works, in Python.
"""

from functools import cache
from importlib import import_module
from typing import Any, Final

KINDS: Final = {"str": 1, "int": 2, "float": 4, "bool": 8, "null": 16, "list": 32, "dict": 64, "texts": 128}
"""The kinds of values as the bits that the kernel knows them by: those of `kernel.h`."""


@cache
def kernel() -> Any | None:
    """Give the extension; None where it was not built."""
    try:
        return import_module(f"{__name__}._kernel")
    except ImportError:
        return None
