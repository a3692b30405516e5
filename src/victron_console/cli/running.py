"""How a command runs that goes on until it is stopped.

It ends in order, looks for garbage rarely meanwhile, and turns in the fastest event loop that is installed.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

GARBAGE_THRESHOLDS = (100_000, 10, 10)
"""Of `gc.set_threshold`. What is read takes the place of what was read before and goes by its count of references; the
usual 700 objects come with each answer, and of a fleet's millions a third of the time went into looking for cycles."""


def look_for_garbage_rarely() -> None:
    """For a process that runs for years on what it holds."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop: uvloop where the extra `fast` brought it, else None, which is asyncio's own."""
    try:
        import aiohappyeyeballs  # noqa: F401  # what uvloop lacks: it comes with the same extra
        import uvloop
    except ImportError:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return make


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
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(guarded())
