"""What energy costs by the hour: fixed, by time of day, or a list of prices. Reads text, opens no file."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.clock import local
from victron_console.model.toml_text import parse_toml
from victron_console.model.units import HOUR_S

QUARTER_S = 900.0
"""The shortest step of a price, and of any zone's distance from UTC."""
QUARTERS = 4


class BadTariff(ValueError):
    """A tariff cannot be read; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices per kWh in one currency: a list, or a fixed price with others by time of day."""

    buy: float
    """The fixed price; of a list its median, for who needs a usual price."""
    sell: float = 0.0
    currency: str = "€"
    by_hour: Mapping[int, float] = field(default_factory=dict)
    """Buying price by local hour, 0 to 23."""
    listed: Mapping[float, tuple[float, float]] = field(default_factory=dict)
    """Buying and selling price by begin of the quarter of an hour (UTC epoch, s)."""

    @property
    def until(self) -> float:
        """When the list ends (UTC epoch, s); infinite without one."""
        return max(self.listed) + QUARTER_S if self.listed else math.inf

    def prices(self, begins: FloatArray, zone: tzinfo | None = None) -> tuple[FloatArray, FloatArray]:
        """Mean buying and selling price of each hour; NaN where a list does not hold the whole of it.

        Args:
            begins: of the hours (UTC epoch, s), at full quarters of an hour.
            zone: of the times of day, whose hours need not begin with those of UTC.
        """
        if not len(begins):
            return np.zeros(0), np.zeros(0)
        quarters = [begin + n * QUARTER_S for begin in begins.tolist() for n in range(QUARTERS)]
        found = np.array([self._at(quarter, zone) for quarter in quarters]).reshape(len(begins), QUARTERS, 2)
        means = found.mean(axis=1)
        return means[:, 0], means[:, 1]

    def _at(self, quarter: float, zone: tzinfo | None) -> tuple[float, float]:
        if self.listed:
            return self.listed.get(quarter, (math.nan, math.nan))
        price = self.by_hour.get(local(quarter, zone).hour, self.buy) if self.by_hour else self.buy
        return price, self.sell


def from_toml(text: str) -> Tariff:
    """Read `buy = 0.31`, `sell = 0.08`, `currency = "€"` and `[by_hour]` with spans: `"22-06" = 0.18`.

    Raises:
        BadTariff: it is no such table.
    """
    try:
        table = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTariff(f"the tariff is no TOML: {error}") from error
    if unknown := set(table) - {"buy", "sell", "currency", "by_hour"}:
        raise BadTariff(f"unknown key {sorted(unknown)[0]!r}: buy, sell, currency and by_hour are known")
    by_hour: dict[int, float] = {}
    spans = table.get("by_hour", {})
    if not isinstance(spans, dict):
        raise BadTariff('by_hour: a table of spans such as "22-06" = 0.18 is expected')
    for span, price in spans.items():
        by_hour |= dict.fromkeys(_hours(span), _price(price, f"by_hour {span}"))
    if "buy" not in table:
        raise BadTariff("buy is missing: the price of a kWh outside the spans of by_hour")
    return Tariff(
        _price(table["buy"], "buy"), _price(table.get("sell", 0.0), "sell"), str(table.get("currency", "€")), by_hour
    )


def from_csv(text: str, zone: tzinfo | None = None) -> Tariff:
    """Read lines `time,buy[,sell]` with a header, in hours, halves or quarters of an hour.

    Times are ISO 8601, local where they name no zone; the hour that comes twice in autumn is the first where it stands
    first. A price holds until the next line, at most for the list's own step. An empty `sell` takes the median of the
    others, 0 where there is none.

    Raises:
        BadTariff: a line is none of these; the message gives its number.
    """
    try:
        rows = csv.DictReader(io.StringIO(text.strip()))
        columns, lines = set(rows.fieldnames or ()), list(rows)
    except csv.Error as error:
        raise BadTariff(f"line {rows.line_num}: {error}; is a quote left open?") from error
    if not {"time", "buy"} <= columns:
        raise BadTariff("the first line must name the columns: time,buy or time,buy,sell")
    found: dict[float, tuple[float, float | None]] = {}
    for number, row in enumerate(lines, start=2):
        where = f"line {number}"
        at = _moment(row["time"], where, zone, found)
        if at is None:
            continue
        sell = row.get("sell")
        prices = _price(row["buy"], where), _price(sell, where) if sell else None
        if found.setdefault(at, prices) != prices:
            raise BadTariff(f"{where}: another price was already given for {row['time']!r}")
    if not found:
        raise BadTariff("the list of prices is empty")
    return from_list(found)


def from_list(found: Mapping[float, tuple[float, float | None]], currency: str = "€") -> Tariff:
    """A tariff of prices by their begin (UTC epoch, s), at full quarters of an hour; at least one."""
    sells = [sell for _, sell in found.values() if sell is not None]
    usual_sell = float(np.median(sells)) if sells else 0.0
    begins = sorted(found)
    step_s = min(HOUR_S, *(late - early for early, late in pairwise(begins)), HOUR_S)
    listed = {
        begin + part * QUARTER_S: (found[begin][0], usual_sell if found[begin][1] is None else found[begin][1] or 0.0)
        for begin in begins
        for part in range(round(step_s / QUARTER_S))
    }
    usual = float(np.median([buy for buy, _ in found.values()]))
    return Tariff(usual, usual_sell, currency, listed=listed)


def _moment(text: str, where: str, zone: tzinfo | None, before: Mapping[float, object]) -> float | None:
    """The begin of a price; None for an hour that the clock skips in spring."""
    try:
        moment = datetime.fromisoformat(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise BadTariff(f"{where}: a time such as 2026-05-01T14:00 is expected, got {text!r}") from error
    if at % QUARTER_S:
        raise BadTariff(f"{where}: a full hour, half or quarter of an hour is expected, got {text!r}")
    if moment.tzinfo is None:
        if at in before:  # the second time that the clock shows this in autumn
            return moment.replace(tzinfo=zone, fold=1).timestamp()
        if abs(local(at, zone).replace(tzinfo=None) - moment) > timedelta(0):
            return None
    return at


def _hours(span: str) -> list[int]:
    first, dash, last = span.partition("-")
    try:
        begin, end = int(first), int(last)
    except ValueError as error:
        raise BadTariff(f"by_hour: a span such as 22-06 is expected, got {span!r}") from error
    if not dash or not 0 <= begin <= 23 or not 0 <= end <= 24 or begin == end:
        raise BadTariff(f"by_hour: hours from 0 to 24 that differ are expected, got {span!r}")
    return [hour % 24 for hour in range(begin, end if end > begin else end + 24)]


def _price(value: object, where: str) -> float:
    try:
        price = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise BadTariff(f"{where}: a price per kWh is expected, got {value!r}") from error
    if not math.isfinite(price):
        raise BadTariff(f"{where}: a finite price is expected, got {value!r}")
    return price
