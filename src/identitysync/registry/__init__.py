"""What is possible: the scripts of all installed packages, found by entry points and loaded when needed."""

from identitysync.registry.discovery import discover
from identitysync.registry.registry import Registry, ScriptDescription

__all__ = ["Registry", "ScriptDescription", "discover"]
