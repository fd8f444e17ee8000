"""Errors as a person at a terminal should see them: a sentence, never a traceback, and an exit code by their kind."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from identitysync.errors import (
    FormatError,
    IdentitySyncError,
    InvalidDataflow,
    InvalidParameter,
    LanguageError,
    LocalStorageError,
    MissingExtra,
    NotStored,
    PluginError,
    RemoteError,
    StoreError,
)

P = ParamSpec("P")
R = TypeVar("R")

_CODES: tuple[tuple[type[IdentitySyncError] | tuple[type[IdentitySyncError], ...], int], ...] = (
    (InvalidDataflow, 3),
    (LanguageError, 3),
    ((InvalidParameter, NotStored), 2),
    (RemoteError, 4),
    (FormatError, 5),
    ((LocalStorageError, StoreError), 6),
    ((MissingExtra, PluginError), 7),
)


def exit_code(fault: IdentitySyncError) -> int:
    """Give the exit code of an error.

    Args:
        fault: The error.

    Returns:
        The code.
    """
    return next((code for kind, code in _CODES if isinstance(fault, kind)), 1)


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command tell its errors as sentences.

    Args:
        command: The command.

    Returns:
        The same, with errors told.
    """

    @functools.wraps(command)
    def telling(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except IdentitySyncError as fault:
            click.echo(f"identitysync: {fault}", err=True)
            sys.exit(exit_code(fault))
        except KeyboardInterrupt:
            click.echo("identitysync: stopped", err=True)
            sys.exit(130)

    return telling
