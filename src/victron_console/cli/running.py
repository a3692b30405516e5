"""Runs a coroutine until it ends or the operator or the system ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable


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

    asyncio.run(guarded())
