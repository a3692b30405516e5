"""How a command ends: with one sentence and an exit status for errors of ours, at once where the operator says so.

Any other error is a bug and shows itself.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable
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


GARBAGE_THRESHOLDS = (100_000, 10, 10)
"""Of `gc.set_threshold`. What is read takes the place of what was read before and goes by its count of references; the
usual 700 objects come with each answer, and of a fleet's millions a third of the time went into looking for cycles."""


def look_for_garbage_rarely() -> None:
    """For a process that runs for years on what it holds."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


def run_until_stopped(work: Callable[[], Awaitable[object]]) -> None:
    """Run until done; SIGINT, SIGTERM and SIGHUP cancel it, and what it does on the way out is waited for."""

    async def guarded() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work())
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            if not task.cancelled():
                raise

    look_for_garbage_rarely()
    asyncio.run(guarded())
