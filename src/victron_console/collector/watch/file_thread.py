"""Files that may lie on another machine: to open one may hang for ever, which must hold up nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
THREAD_NAME = "file"


class FileThread:
    """Works on one file in a thread that nobody waits for, also not at the end of the process.

    Of `asyncio.to_thread` each work that hangs keeps one of a few threads, until there are none for the polls.
    """

    def __init__(self) -> None:
        self._latest: Future[Any] | None = None

    async def run(self, work: Callable[[], T], timeout_s: float) -> T:
        """What the work gives, or raises.

        Raises:
            TimeoutError: it takes longer, or the one before still hangs.
        """
        if self._latest is not None and not self._latest.done():
            raise TimeoutError
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        self._latest = future
        Thread(target=_settle, args=(future, work), name=THREAD_NAME, daemon=True).start()
        async with asyncio.timeout(timeout_s):
            return await asyncio.wrap_future(future)


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
