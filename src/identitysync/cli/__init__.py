"""The command line: thin over the same calls that Python has."""

from identitysync.cli.commands import main

__all__ = ["main"]
