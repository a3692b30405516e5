"""How tests wait: for a state, never for a time. A busy machine may take as long as it needs; only what hangs fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 120.0
"""Longer than any wait of a passing test on a machine with far too much to do, shorter than the limit of a test."""


async def until(condition: Callable[[], object]) -> None:
    """Wait for a state that nothing announces in this loop: a store's, a screen's, another process's.

    Raises:
        TimeoutError: it did not come.
    """

    async def holds() -> object:
        return condition()

    await until_async(holds)


async def until_async(condition: Callable[[], Awaitable[object]]) -> None:
    """The same for a state that has to be asked for."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.02)


def wait_until(condition: Callable[[], object]) -> None:
    """The same where no loop runs.

    Raises:
        TimeoutError: it did not come.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{getattr(condition, '__name__', condition)} did not come true in {PATIENCE_S:.0f} s")
        time.sleep(0.02)
