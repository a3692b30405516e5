"""One request to a server on the web that is no station: prices, forecasts, addresses that an operator gives.

No proxy of the environment, no redirect, nothing that is sent twice. A deadline for all of it: httpx's own is per read
and never fires on a trickle.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came."""

    status: int
    body: bytes
    is_whole: bool
    """Whether there was no more than was to be read."""
    retry_after: str = ""
    """The header of that name: when a server that refuses may be asked again."""


async def ask(
    request: httpx.Request, deadline_s: float, most_bytes: int, transport: httpx.AsyncBaseTransport | None = None
) -> WebAnswer:
    """Send a request and read its answer as it comes, without unpacking: nothing small grows large.

    Args:
        request: what to ask.
        deadline_s: seconds for all of it.
        most_bytes: of the body; what is beyond is not read.
        transport: stands in for the network.

    Raises:
        TimeoutError: the answer was not whole by the deadline.
        httpx.HTTPError: there is none.
    """
    request.headers["accept-encoding"] = "identity"
    request.headers["user-agent"] = "victron-console"
    async with (
        asyncio.timeout(deadline_s),
        httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None, transport=transport) as client,
    ):
        answer = await client.send(request, stream=True)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        try:
            body = bytearray()
            async for part in answer.stream:
                body += part
                if len(body) > most_bytes:
                    break
        finally:
            await answer.aclose()
    retry_after = answer.headers.get("retry-after", "")
    return WebAnswer(answer.status_code, bytes(body[:most_bytes]), len(body) <= most_bytes, retry_after)
