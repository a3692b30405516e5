from __future__ import annotations

import asyncio

from victron_console.sources.tasks import end


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end(task)
    assert task.done()
    assert swallowed == 2


async def test_a_task_that_failed_is_let_go_without_a_word() -> None:
    async def failing() -> None:
        raise ValueError("nobody asks")

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    await end(task)
    assert task.done()
