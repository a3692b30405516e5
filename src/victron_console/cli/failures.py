"""How a command ends that failed: with one sentence and an exit status for errors of ours.

Any other error is a bug and shows itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from victron_console.config import ConfigError
from victron_console.model.text import clean
from victron_console.sources.base import SourceError
from victron_console.store.errors import StoreError

TEXT_AT_MOST = 100_000

P = ParamSpec("P")
R = TypeVar("R")


def failing_plainly(command: Callable[P, R], *, exit_status: int = 1) -> Callable[P, R]:
    """Turn errors that an operator can act on into click's: a sentence on stderr and an exit status."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (ConfigError, SourceError, StoreError, ValueError) as error:
            said = str(error)
        except PermissionError as error:
            said = f"{error.filename or 'a file'} may not be opened by you: ask its owner, or name another place"
        click.echo(f"Error: {printable(said)}", err=True)
        sys.exit(exit_status)

    return wrapped


def printable(text: str) -> str:
    """A text of several lines without what could move the terminal: it may hold the name of a file."""
    return "\n".join(clean(line, TEXT_AT_MOST) for line in text.split("\n"))
