"""Lets no more calls in than are answered: a client that asks and does not read must not fill the memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.types import JSONRPCError, JSONRPCRequest, JSONRPCResponse

AT_ONCE = 16
"""Calls that are let in and not answered yet."""


@asynccontextmanager
async def bounded(incoming: Any, outgoing: Any) -> AsyncIterator[tuple[Any, Any]]:  # noqa: ANN401  streams of the SDK
    """The same two streams, of which the first stands still while too many requests wait for their answer."""
    to_server, for_server = anyio.create_memory_object_stream[Any](0)
    from_server, of_server = anyio.create_memory_object_stream[Any](0)
    slots = anyio.Semaphore(AT_ONCE, max_value=AT_ONCE)

    async def let_in() -> None:
        async with to_server:
            async for message in incoming:
                if _is_of(message, JSONRPCRequest):
                    await slots.acquire()
                await to_server.send(message)

    async def let_out() -> None:
        async with outgoing:
            async for message in of_server:
                await outgoing.send(message)
                if _is_of(message, JSONRPCResponse, JSONRPCError) and slots.value < AT_ONCE:
                    slots.release()

    async with for_server, from_server, of_server, anyio.create_task_group() as tasks:
        tasks.start_soon(let_in)
        tasks.start_soon(let_out)
        yield for_server, from_server
        tasks.cancel_scope.cancel()


def _is_of(message: Any, *kinds: type) -> bool:  # noqa: ANN401  an exception, or a message of the SDK
    return isinstance(getattr(getattr(message, "message", None), "root", None), kinds)
