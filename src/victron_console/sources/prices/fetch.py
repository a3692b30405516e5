"""Asks a publisher for its list of prices once. Keeps nothing, repeats nothing."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx

from victron_console.config.prices import PriceAccess, PriceSource
from victron_console.model.text import clean
from victron_console.sources.prices import awattar, energy_charts, entsoe, octopus, tibber
from victron_console.sources.prices.spot import NoPriceList, SpotPrices

DEADLINE_S = 30.0
LARGEST_ANSWER = 4_000_000


class Shape(Protocol):
    """What each module of a published shape gives."""

    def request(self, access: PriceAccess, since: float, until: float) -> httpx.Request:
        """What is asked for the prices between two moments (UTC epoch, s)."""
        ...

    def read(self, body: bytes, access: PriceAccess) -> SpotPrices:
        """The list of an answer; raises NoPriceList or ValueError where it is none."""
        ...


SHAPES: dict[PriceSource, Shape] = {
    "energy-charts": energy_charts, "awattar": awattar, "octopus": octopus, "tibber": tibber, "entsoe": entsoe
}  # fmt: skip


class PricesUnavailable(Exception):
    """The list could not be had; the message says why, without the token."""


async def fetch_prices(
    access: PriceAccess, since: float, until: float, *, deadline_s: float = DEADLINE_S
) -> SpotPrices:
    """The list between two moments (UTC epoch, s), as far as it is published.

    Raises:
        PricesUnavailable: nobody answers in time, or not with such a list.
    """
    shape, status = SHAPES[access.source], 0
    try:
        async with asyncio.timeout(deadline_s):
            status, body = await _ask(shape.request(access, since, until), deadline_s)
        found = shape.read(body, access)
    except NoPriceList as error:
        reason = f"answered {status}: {error}" if status != httpx.codes.OK else f"answered with no list: {error}"
    except ValueError:  # of pydantic, whose own words are of a program
        reason = f"answered {status}" if status != httpx.codes.OK else "answered in another shape than published"
    except TimeoutError:
        reason = f"did not answer within {deadline_s:g} s"
    except httpx.HTTPError as error:
        reason = f"cannot be reached: {clean(str(error), 120) or type(error).__name__}"
    except _TooLong:
        reason = "answered with more than a list can be"
    else:
        if status == httpx.codes.OK:
            return found
        reason = f"answered {status}"
    raise PricesUnavailable(f"{access.source} {reason.replace(access.token, '***') if access.token else reason}")


class _TooLong(Exception):
    pass


async def _ask(request: httpx.Request, deadline_s: float) -> tuple[int, bytes]:
    """Status and body; the body as it comes, so that nothing small grows large."""
    request.headers["accept-encoding"] = "identity"
    request.headers["user-agent"] = "victron-console"
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=deadline_s) as client:
        answer = await client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise _TooLong
        finally:
            await answer.aclose()
    return answer.status_code, bytes(body)
