"""Ending tasks for certain."""

from __future__ import annotations

import asyncio

_AGAIN_S = 0.5


async def end(task: asyncio.Task[object]) -> None:
    """Cancel a task until it has ended, and let its outcome go.

    Once is not enough before Python 3.12: `asyncio.wait_for`, which aiomqtt uses, may swallow a cancellation that comes
    together with its result (python/cpython#86296), and a task that loops would run for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_S)
    if not task.cancelled():
        task.exception()
