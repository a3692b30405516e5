"""What every list of prices comes to: a price per kWh for each quarter of an hour. Refuses what it cannot be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from victron_console.model.text import clean
from victron_console.model.units import HOUR_S

QUARTER_S = 900.0
MOST_QUARTERS = 10_000
"""In one answer; a week and the two days to come are 864."""
LARGEST_PRICE = 1e5
"""Per kWh in any currency; the weakest ones count some thousands."""
EARLIEST, LATEST = 946_684_800.0, 4_102_444_800.0
"""2000 and 2100 (UTC epoch, s)."""
_UNIT = re.compile(r"\s*([A-Za-z]{3})\s*/\s*([MK]WH)\s*", re.IGNORECASE)
_KWH = {"KWH": 1.0, "MWH": 1000.0}


class NoPriceList(ValueError):
    """An answer is no list of prices in the published shape; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a list."""

    begin: float
    """UTC epoch, s."""
    length_s: float
    per_kwh: float


@dataclass(frozen=True, slots=True)
class SpotPrices:
    """A list in one currency."""

    currency: str
    """ISO 4217, as EUR."""
    by_quarter: Mapping[float, float]
    """Price per kWh by begin of the quarter of an hour (UTC epoch, s)."""


def spot_prices(currency: str, prices: Iterable[Price]) -> SpotPrices:
    """The list of these entries.

    Raises:
        NoPriceList: none is there, one is none that can be, two of one time differ.
    """
    found: dict[float, float] = {}
    for price in prices:
        for quarter in _quarters(price):
            if found.setdefault(quarter, price.per_kwh) != price.per_kwh:
                raise NoPriceList("two prices are given for one time")
        if len(found) > MOST_QUARTERS:
            raise NoPriceList(f"more than {MOST_QUARTERS} quarters of an hour are listed")
    if not found:
        raise NoPriceList("no price is listed")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise NoPriceList(f"a currency such as EUR is expected, got {clean(currency, 40)!r}")
    return SpotPrices(currency, found)


def _quarters(price: Price) -> list[float]:
    if not (math.isfinite(price.begin) and EARLIEST <= price.begin <= LATEST) or price.begin % QUARTER_S:
        raise NoPriceList(f"a price begins at no quarter of an hour: {price.begin!r}")
    if not QUARTER_S <= price.length_s <= 24 * HOUR_S or price.length_s % QUARTER_S:
        raise NoPriceList(f"a price holds for {price.length_s!r} s: quarters of an hour up to a day are expected")
    if not abs(price.per_kwh) <= LARGEST_PRICE:  # a NaN, too
        raise NoPriceList(f"{price.per_kwh!r} is no price of a kWh")
    return [price.begin + n * QUARTER_S for n in range(round(price.length_s / QUARTER_S))]


def until_next(begins: Sequence[float]) -> list[float]:
    """How long each price of a list holds that names begins only (s), in order: the shorter step beside it, an hour at
    most. A begin left out leaves its time without a price.
    """
    steps = [min(HOUR_S, later - begin) for begin, later in pairwise(begins)]
    if any(step <= 0 for step in steps):
        raise NoPriceList("the prices are not listed one after another")
    return [min(pair) for pair in zip([*steps, *steps[-1:]], [*steps[:1], *steps], strict=True)] or [QUARTER_S]


def unit_of(text: str) -> tuple[str, float]:
    """Currency and kWh of a unit such as `EUR / MWh`.

    Raises:
        NoPriceList: it is no money per energy.
    """
    found = _UNIT.fullmatch(text)
    if found is None:
        raise NoPriceList(f"a unit such as EUR / MWh is expected, got {clean(text, 40)!r}")
    return found[1].upper(), _KWH[found[2].upper()]


def moment(text: str) -> float:
    """A time with its zone, ISO 8601, as UTC epoch (s).

    Raises:
        NoPriceList: it is none, or names no zone.
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.timestamp()
    except (ValueError, OverflowError):
        pass
    raise NoPriceList(f"a time with its zone is expected, got {clean(text, 40)!r}")
