"""Asks a publisher for its list of prices once. Keeps nothing, repeats nothing."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx

from victron_console.config.prices import PriceAccess, PriceSource
from victron_console.sources.failures import short_text
from victron_console.sources.prices import awattar, energy_charts, entsoe, octopus, tibber
from victron_console.sources.prices.spot import NoPriceList, SpotPrices
from victron_console.sources.web_answer import ask

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
        answer = await ask(shape.request(access, since, until), deadline_s, LARGEST_ANSWER)
        status = answer.status
        if not answer.is_whole:
            raise NoPriceList("it is more than a list can be")
        found = await asyncio.to_thread(shape.read, answer.body, access)
    except NoPriceList as error:
        reason = f"answered {status}: {error}" if status != httpx.codes.OK else f"answered with no list: {error}"
    except ValueError:  # of pydantic, whose own words are of a program
        reason = f"answered {status}" if status != httpx.codes.OK else "answered in another shape than published"
    except TimeoutError:
        reason = f"did not answer within {deadline_s:g} s"
    except httpx.HTTPError as error:
        reason = f"cannot be reached: {short_text(error)}"
    else:
        if status == httpx.codes.OK:
            return found
        reason = f"answered {status}"
    raise PricesUnavailable(f"{access.source} {reason.replace(access.token, '***') if access.token else reason}")
